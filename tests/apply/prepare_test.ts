import assert from "node:assert/strict";
import { prepare } from "../../src/apply/prepare.ts";
import { checkConfig } from "../../src/config/check_config.ts";
import { PLUGINS } from "../../src/plugins/registry.ts";
import { FAKE_USER, FakeSystem } from "../support/fake_system.ts";
import { Server } from "../support/server_of_definition.ts";

/** What to prepare with this config.yml, which everybody can read. */
function aRequest(text: string) {
  return {
    config: checkConfig(text, { file: "config.yml", user: FAKE_USER }),
    configBytes: new TextEncoder().encode(text),
    configPath: "/home/app/config.yml",
    clone: { directory: "/c", commit: "c".repeat(40), repository: "r", isNew: true, warnings: [] },
    manifest: undefined,
    registry: [],
    lookAround: () => Promise.reject(new Error("Nobody asked for neighbours")),
    preview: true,
  };
}

Deno.test("prepare() reads nothing of a commit whose signature is asked for and missing", async () => {
  const system = new FakeSystem({ files: { "/home/app/signers": "" } });
  system.program("git", (args) => ({ code: args.includes("verify-commit") ? 1 : 0 }));
  const request = aRequest("definition: { repository: /srv/web.git, allowedsigners: signers }\n");
  await assert.rejects(prepare(system, request), /no key in \/home\/app\/signers has signed it/);
  assert.ok(!system.commands.some((command) => /ls-tree|cat-file/.test(command)), system.commands.join());
});

Deno.test("prepare() refuses a config.yml that others can read where a variable is a secret", async () => {
  const text = "definition: { repository: /srv/web.git }\nvariables: { token: 12345678-abc }\n";
  const appinfo = "variables: { token: { type: secret } }\n";
  const id = "a".repeat(40);
  const system = new FakeSystem({ files: { "/home/app/config.yml": text } });
  system.program("git", (args) => ({
    stdout: args.includes("ls-tree")
      ? `100644 blob ${id} ${appinfo.length}\tappinfo.yml\0`
      : `${id} blob ${appinfo.length}\n${appinfo}\n`,
  }));
  await assert.rejects(prepare(system, aRequest(text)), {
    exit: "invalid",
    message:
      'config.yml: Cannot use a file with mode 0644: others can read it, and it holds the secret variable "token"',
  });
});

const APPINFO = `name: web
version: "1"
mainunit: web
enableunits: [web.service]
variables:
  token: { type: secret }
plugins:
  backups_none: { reason: a test }
`;

const UNIT = `[Service]
ExecStart=/bin/web "<%= it.execvalue(it.variables.token) %>"
ExecStop=-/bin/sh -c "web-stop <%= it.execvalue(it.variables.token) %>"

[Install]
WantedBy=web.target
`;

const CONFIG = `definition: { repository: /srv/web.git }
variables: { token: 'a"b$c%d-1234' }
backup: { repository: /srv/backup, passwordfile: .restic }
`;

Deno.test("prepare() plans a whole setup, and knows its secrets in every form that it writes", async () => {
  const system = new Server(CONFIG, {
    "appinfo.yml": APPINFO,
    "templates/.config/systemd/user/web.service.eta": UNIT,
  });
  const { files, secrets, plan, desired } = await prepare(system, { ...aRequest(CONFIG), registry: PLUGINS });
  const unit = files.find((file) => file.path.endsWith("/web.service"));
  const text = new TextDecoder().decode(unit?.content);
  assert.match(text, /"a\\"b\$\$c%%d-1234"/);
  assert.equal(unit?.mode, 0o600);
  assert.ok(secrets.some(({ name, value }) => name === "token" && text.includes(value)));
  assert.deepEqual(desired.grants, [
    'program /bin/sh -c "web-stop <secret token>" outside a container (web.service)',
    "program /bin/web outside a container (web.service)",
  ]);
  assert.deepEqual(plan.actions.map((action) => action.kind).filter((kind) => kind !== "make-directory"), [
    "adopt-clone",
    "write-secrets",
    ...Array(6).fill("write-file"), // the unit, the target, the drop-in, what upgrades, what recovers, and its timer
    "reload-manager",
    "enable-units",
    "publish-state",
    "record-generation",
  ]);
});

Deno.test("prepare() lets no template replace what config.yml names", async () => {
  const definition = {
    "appinfo.yml": APPINFO,
    "templates/.config/systemd/user/web.service.eta": UNIT,
    "templates/.restic": "mine",
  };
  await assert.rejects(
    prepare(new Server(CONFIG, definition), { ...aRequest(CONFIG), registry: PLUGINS }),
    /templates\/\.restic: Cannot place this file: .*config\.yml names it/,
  );
});
