import assert from "node:assert/strict";
import type { TemplateContext } from "../../src/definition/definition.ts";
import { startRenderer } from "../../src/definition/renderer.ts";
import { renderTemplates } from "../../src/definition/templates.ts";
import { writtenForms } from "../../src/definition/written_forms.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import { Redaction } from "../../src/ui/redaction.ts";

const PASSWORD = { name: "password", value: 'a%b"c\\d$e&f/g' };

const TEMPLATES = {
  plain: "<%= it.variables.password %>",
  unit: 'Environment="PW=<%= it.unitvalue(it.variables.password) %>"',
  command: 'ExecStart=/bin/x "<%= it.execvalue(it.variables.password) %>"',
  json: "<%= JSON.stringify({ password: it.variables.password }) %>",
  url: "postgres://app:<%= encodeURIComponent(it.variables.password) %>@db/app",
};

Deno.test("writtenForms() gives a secret without special characters once", () => {
  assert.deepEqual(writtenForms({ name: "key", value: "abcDEF123" }), [{ name: "key", value: "abcDEF123" }]);
});

Deno.test("writtenForms() keeps a file private, and its content out of output, however a template wrote the secret", async () => {
  const secrets = writtenForms(PASSWORD);
  const templates = Object.entries({ ...TEMPLATES, none: "<%= it.user.name %>" }).map(([name, text]) => ({
    path: `${name}.eta`,
    content: new TextEncoder().encode(text),
    executable: false,
  }));
  const app = {
    name: "web",
    description: "",
    version: "1",
    mainunit: "web",
    enableunits: [],
    healthcheck: null,
    plugins: {},
    state: {},
  };
  const system = new RealSystem();
  const context: TemplateContext = {
    variables: { password: PASSWORD.value },
    secrets: {},
    user: system.user,
    host: { name: "server" },
    paths: { home: "/h", data: "/h/data", config: "/h/c", definition: "/h/d", statedirectory: "/s" },
    neighbours: [],
    ppm: { version: "0" },
  };
  const source = { repository: "/r", commit: "0", directory: ".", appinfo: new Uint8Array(), templates };
  const { files } = await renderTemplates(source, {
    app,
    renderer: startRenderer(system),
    context,
    key: new Uint8Array(32),
    secrets,
    reserved: [],
  });
  assert.deepEqual(
    Object.fromEntries(files.map((file) => [file.path, file.mode])),
    { plain: 0o600, unit: 0o600, command: 0o600, json: 0o600, url: 0o600, none: 0o644 },
  );
  const redaction = new Redaction();
  redaction.add(secrets);
  for (const file of files) {
    const shown = redaction.apply(new TextDecoder().decode(file.content));
    assert.ok(secrets.every(({ value }) => !shown.includes(value)), shown);
  }
});
