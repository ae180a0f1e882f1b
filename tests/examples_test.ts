/** What each definition in examples/ writes with values that are not its defaults, as the golden files in tests/examples/ have it. */
import assert from "node:assert/strict";
import { checkConfig } from "../src/config/check_config.ts";
import { draftAppInfo, renderAppInfo } from "../src/definition/appinfo.ts";
import type { RenderedFile } from "../src/definition/definition.ts";
import { startRenderer } from "../src/definition/renderer.ts";
import { previewSecrets } from "../src/definition/secrets.ts";
import { renderTemplates } from "../src/definition/templates.ts";
import { RealSystem } from "../src/host/real_system.ts";
import { readDefinitionDirectory } from "../src/lint/read_directory.ts";
import { PLUGINS } from "../src/plugins/registry.ts";
import { CONTEXT } from "./definition/appinfo_support.ts";

const EXAMPLES = new URL("../examples/", import.meta.url);
const KEY = new Uint8Array(32);

const BOOK = "{ domain: book.example.org, port: 8101, image: localhost/other, backups: weekly }";
const HELLO = "{ domain: hello.example.org, port: 8102, image: localhost/other, greeting: Good day }";
const VAULT = "{ domain: vault.example.org, port: 8103, signups: true }";

/** The variables of config.yml, by example. */
const VALUES: Readonly<Record<string, string>> = {
  "caddy":
    "{ httpport: 8080, httpsport: 8443, networks: [10.0.0.0/8], tls: internal, email: [a@example.org] }",
  "forgejo":
    "{ domain: git.example.org, port: 8104, sshport: 8122, networks: [10.0.0.0/8], registration: true }",
  "guestbook": BOOK,
  "guestbook-quadlet": BOOK,
  "hello": HELLO,
  "hello-quadlet": HELLO,
  "miniflux": "{ domain: feeds.example.org, port: 8105, admin: root, dumps: weekly }",
  "nextcloud": "{ domain: cloud.example.org, port: 8106, admin: root, proxies: [10.89.0.0/24, 127.0.0.1] }",
  "shopping": "{ domain: shopping.example.org, port: 8107, image: localhost/other, dumps: weekly }",
  "static-site": "{ domain: site.example.org, port: 8108 }",
  "vaultwarden": VAULT,
  "vaultwarden-quadlet": VAULT,
};

Deno.test("every example has a golden file, and every golden file an example", () => {
  const names = [...Deno.readDirSync(EXAMPLES)].filter(({ isDirectory }) => isDirectory).map(({ name }) =>
    name
  );
  const golden = [...Deno.readDirSync(new URL("examples/", import.meta.url))].map(({ name }) => name);
  assert.deepEqual(names.toSorted(), Object.keys(VALUES).toSorted());
  assert.deepEqual(golden.toSorted(), names.map((name) => `${name}.txt`).toSorted());
});

for (const [name, values] of Object.entries(VALUES)) {
  Deno.test(`examples/${name} renders to its golden file, with secrets for its user alone (UPDATE_GOLDEN=1 writes that anew)`, async () => {
    const golden = new URL(`examples/${name}.txt`, import.meta.url);
    const files = await renderExample(name, values);
    for (const { path, content, mode } of files) {
      assert.equal(new TextDecoder().decode(content).includes("preview"), (mode & 0o077) === 0, path);
    }
    const rendered = files.map(listed).join("\n");
    if (Deno.env.has("UPDATE_GOLDEN")) Deno.writeTextFileSync(golden, rendered);
    assert.equal(rendered, Deno.readTextFileSync(golden));
  });
}

async function renderExample(name: string, values: string): Promise<readonly RenderedFile[]> {
  const system = new RealSystem();
  const { source, problems } = readDefinitionDirectory(system, new URL(name, EXAMPLES).pathname);
  assert.deepEqual(problems, []);
  assert.ok(source !== undefined);
  const draft = draftAppInfo(source.appinfo, "appinfo.yml");
  const config = `definition: { repository: /srv/${name}.git }\nvariables: ${values}\n`;
  const secrets = previewSecrets(draft.secrets, {});
  const shared = { renderer: startRenderer(system), key: KEY };
  const { app, variables } = await renderAppInfo(
    draft,
    checkConfig(config, { file: "config.yml", user: CONTEXT.user }),
    { ...shared, context: CONTEXT, secrets, registry: PLUGINS },
  );
  const { files } = await renderTemplates(source, {
    ...shared,
    app,
    context: { ...CONTEXT, app, variables, secrets },
    secrets: Object.entries(secrets).map(([name, value]) => ({ name, value })),
    reserved: [],
  });
  return files;
}

function listed({ path, content, mode }: RenderedFile): string {
  return `=== ${path} (${mode.toString(8)})\n${new TextDecoder().decode(content)}`;
}
