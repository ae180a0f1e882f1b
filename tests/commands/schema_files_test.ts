/** The JSON Schema of the files that people write, held against files: what ppm takes fits, and what a schema can tell does not. */
import assert from "node:assert/strict";
import { checkConfig } from "../../src/config/check_config.ts";
import { parseYaml, YamlTemplate } from "../../src/config/yaml.ts";
import { InvalidError } from "../../src/errors.ts";
import { newDefinition } from "../../src/definition/new_definition.ts";
import { SCALAR_TYPES } from "../../src/definition/variable_types.ts";
import { PLUGINS } from "../../src/plugins/registry.ts";
import { CONTEXT, FakeRenderer, render } from "../definition/appinfo_support.ts";
import { fault } from "../support/json_schema.ts";
import { runPpm } from "../support/run_ppm.ts";

type Schema = Readonly<Record<string, unknown>>;

async function printed(name: string): Promise<Schema> {
  const { code, stdout, stderr } = await runPpm(`schema ${name}`);
  assert.deepEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

const SCHEMAS = { config: await printed("config"), appinfo: await printed("appinfo") };

/** Returns a file as an editor reads it: `!yaml` is a tag that it passes over. */
function asEditor(text: string): unknown {
  const { value } = parseYaml(text, "file.yml", { templates: true });
  return JSON.parse(JSON.stringify(value, (_, item) => item instanceof YamlTemplate ? item.text : item));
}

for (const [name, schema] of Object.entries(SCHEMAS)) {
  Deno.test(`ppm schema ${name} says what the file is and explains every key of it`, () => {
    assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
    assert.equal(schema.title, `${name}.yml`);
    const silent = [...keys(schema)].filter(([, { description }]) => description === undefined).map((
      [path],
    ) => path);
    assert.deepEqual(silent, []);
  });
}

/** Yields every key of a schema that has a name of its own, by its path. */
function* keys(schema: Schema, path = ""): Generator<readonly [string, Schema]> {
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "properties") {
      for (const [key, inner] of Object.entries(value as Record<string, Schema>)) {
        yield [`${path}.${key}`, inner];
        yield* keys(inner, `${path}.${key}`);
      }
    } else if (keyword === "anyOf") { for (const inner of value as Schema[]) yield* keys(inner, path); }
    else if (keyword === "items" || (keyword === "additionalProperties" && value)) {
      yield* keys(value as Schema, `${path}[]`);
    }
  }
}

const EXAMPLES = new URL("../../examples/", import.meta.url);

const DEFINITIONS: readonly (readonly [string, string])[] = [
  ...[...Deno.readDirSync(EXAMPLES)].filter((entry) => entry.isDirectory).map(({ name }) =>
    [`examples/${name}`, Deno.readTextFileSync(new URL(`${name}/appinfo.yml`, EXAMPLES))] as const
  ),
  ["ppm init", newDefinition("blog", "quadlet").find(({ path }) => path === "appinfo.yml")!.text],
];

for (const [name, text] of DEFINITIONS) {
  Deno.test(`ppm schema appinfo takes ${name}, which names the schema for editors`, () => {
    assert.equal(fault(SCHEMAS.appinfo, asEditor(text)), undefined);
    const [line] = text.split("\n");
    assert.equal(line, "# yaml-language-server: $schema=/usr/local/share/ppm/appinfo.schema.json");
  });
}

const APPINFO = `name: app
version: "1"
mainunit: web
enableunits: [app.service]
plugins: { backups_none: { reason: x } }
`;

const BACKUPS = "  backups_none: { reason: x }";

/** What is written below `APPINFO`, or in its place where it begins with "name:". */
const GOOD_APPINFO: readonly string[] = [
  "",
  "description: One line\nstate: { anything: [goes, { here: 1 }] }",
  "secrets: { a: , b: {}, c: { length: 16 } }",
  ...Object.keys(SCALAR_TYPES).map((type) =>
    `variables: { v: { type: ${type}${type === "choice" ? ", choices: [a]" : ""}, description: x } }`
  ),
  "variables: { v: { type: integer, min: 1, max: 5, default: 3 } }",
  "variables: { a: { type: port, default: 80 }, v: { type: port, default: !yaml '<%= it.variables.a + 1 %>' } }",
  "variables: { v: { type: list, of: cidr, default: [] } }",
  "variables: { v: { type: list, of: { type: integer, max: 3 }, default: [1, 2] } }",
  "healthcheck: { tcp: { port: 80 }, retries: !yaml '<%= 1 + 1 %>' }",
  "healthcheck: { unit: check.service, interval: 5s }",
];

for (const text of GOOD_APPINFO) {
  Deno.test(`ppm schema appinfo takes what ppm takes: ${text}`, async () => {
    await render(`${APPINFO}${text}`, config(text), new FakeRenderer());
    assert.equal(fault(SCHEMAS.appinfo, asEditor(`${APPINFO}${text}`)), undefined);
  });
}

/** A config.yml that gives the variable `v` of a list above a value, where it has no default. */
function config(text: string): string {
  const type = /v: \{ type: (\w+)(?!.*default)/.exec(text)?.[1];
  const value: Readonly<Record<string, string>> = {
    string: "x",
    integer: "1",
    number: "1.5",
    boolean: "true",
    port: "80",
    hostname: "a.org",
    email: "a@b.org",
    url: "https://a.org",
    path: "/a",
    address: "10.0.0.1",
    cidr: "10.0.0.0/8",
    choice: "a",
    secret: "secret-enough",
  };
  const variables = type === undefined ? "" : `variables: { v: ${value[type] ?? ""} }\n`;
  return `definition: { repository: /srv/app.git }\n${variables}`;
}

const PLUGIN_OPTIONS: readonly string[] = [
  `${BACKUPS}\n  website:\n    - { domain: a.org, port: "80", path: /x, websocket: true }\n    - { domain: b.org, port: 80 }`,
  `${BACKUPS}\n  website: { domain: a.org, port: 80 }`,
  `${BACKUPS}\n  firewall: { open: 443 }`,
  `${BACKUPS}\n  firewall: { open: [443, 53/udp, { port: 8000-8010, protocol: udp, from: [10.0.0.0/8] }] }`,
  `${BACKUPS}\n  firewall: { open: [{ port: 80, from: !yaml '<%= "[]" %>' }] }`,
  `${BACKUPS}\n  upgrade_scheduled:\n  neighbours_watch:`,
  `${BACKUPS}\n  upgrade_scheduled: { oncalendar: daily, widen: true }\n  neighbours_watch: { reload: [app.service] }`,
  "  backups_scheduled:",
  "  backups_scheduled: { stop: false, hot: false, keep: all, exclude: [cache], check: 30 }",
  "  backups_scheduled: { keep: { daily: !yaml '<%= 3 %>', weekly: 4 } }",
  "  backups_programinitiated: { maxage: 26h, request: wish, keep: { yearly: 1 } }",
];

for (const options of PLUGIN_OPTIONS) {
  Deno.test(`ppm schema appinfo takes the plugins that ppm takes: ${options.trim()}`, async () => {
    const text = APPINFO.replace(/plugins:.*\n/, `plugins:\n${options}\n`);
    await render(text, config(""), new FakeRenderer());
    assert.equal(fault(SCHEMAS.appinfo, asEditor(text)), undefined);
  });
}

Deno.test("ppm schema appinfo is held against the options of every plugin and every type of variable", () => {
  const all = PLUGIN_OPTIONS.join("\n");
  for (const { name } of PLUGINS) assert.ok(all.includes(`  ${name}:`), name);
  assert.match(GOOD_APPINFO.join("\n"), /type: list/);
});

const BAD_APPINFO: Readonly<Record<string, string>> = {
  "a missing version": APPINFO.replace(/version:.*\n/, ""),
  "a version that is a number": APPINFO.replace('"1"', "1"),
  "an unknown key": `${APPINFO}versoin: x`,
  "units that are no list": APPINFO.replace("[app.service]", "app.service"),
  "no plugin for backups": APPINFO.replace(/plugins:.*/, "plugins: {}"),
  "two plugins for backups": APPINFO.replace("{ backups_none", "{ backups_scheduled: {}, backups_none"),
  "no plugins at all": APPINFO.replace(/plugins:.*\n/, ""),
  "an unknown plugin": APPINFO.replace("{ backups_none", "{ websit: {}, backups_none"),
  "an unknown option of a plugin": APPINFO.replace("reason: x", "reason: x, why: y"),
  "a missing option of a plugin": APPINFO.replace("{ reason: x }", "{}"),
  "a plugin without its options": APPINFO.replace("{ backups_none", "{ website: , backups_none"),
  "another protocol": APPINFO.replace(
    "{ backups_none",
    "{ firewall: { open: { port: 1, protocol: sctp } }, backups_none",
  ),
  "a port beyond all": `${APPINFO}healthcheck: { tcp: { port: 65536 } }`,
  "text that is no template for a number": `${APPINFO}healthcheck: { tcp: { port: "80" } }`,
  "a healthcheck without a question": `${APPINFO}healthcheck: { interval: 5s }`,
  "a healthcheck with two questions": `${APPINFO}healthcheck: { tcp: { port: 80 }, unit: a.service }`,
  "an unknown type": `${APPINFO}variables: { v: { type: text } }`,
  "a variable without a type": `${APPINFO}variables: { v: { default: x } }`,
  "a default of another type": `${APPINFO}variables: { v: { type: port, default: x } }`,
  "a default that is a secret": `${APPINFO}variables: { v: { type: secret, default: secret-enough } }`,
  "bounds for text": `${APPINFO}variables: { v: { type: string, max: 5 } }`,
  "a choice without choices": `${APPINFO}variables: { v: { type: choice } }`,
  "a choice of nothing": `${APPINFO}variables: { v: { type: choice, choices: [] } }`,
  "a list of nothing": `${APPINFO}variables: { v: { type: list } }`,
  "a list of lists": `${APPINFO}variables: { v: { type: list, of: list } }`,
  "a name that no template can write": `${APPINFO}variables: { a-b: { type: string, default: x } }`,
  "a secret that is too short": `${APPINFO}secrets: { a: { length: 8 } }`,
};

for (const [what, text] of Object.entries(BAD_APPINFO)) {
  Deno.test(`ppm schema appinfo refuses ${what}, as ppm does`, async () => {
    assert.notEqual(fault(SCHEMAS.appinfo, asEditor(text)), undefined);
    await assert.rejects(render(text, config(""), new FakeRenderer()), InvalidError);
  });
}

const WHOLE_CONFIG =
  `definition: { repository: /srv/app.git, revision: main, directory: ., allowedsigners: /etc/ppm/signers }
instance: app
statedirectory: /var/lib/ppm/state
backup:
  repository: sftp:backup@nas:/srv/restic
  passwordfile: .restic-password
  environment: { AWS_ACCESS_KEY_ID: x }
  prune: true
notify:
  command: [/usr/bin/mail, -s, "{subject}", root]
  heartbeat: [/usr/bin/curl, "https://example.org"]
variables: { domain: git.example.org, peers: [10.0.0.0/8], deep: { er: 1 } }
`;

Deno.test("ppm schema config takes what ppm takes", () => {
  for (const text of [WHOLE_CONFIG, config("")]) {
    checkConfig(text, { file: "config.yml", user: CONTEXT.user });
    assert.equal(fault(SCHEMAS.config, asEditor(text)), undefined);
  }
});

const BAD_CONFIG: Readonly<Record<string, string>> = {
  "no definition": "instance: app",
  "a definition without its repository": "definition: { revision: main }",
  "an unknown key": `${WHOLE_CONFIG}backups: {}`,
  "an instance that is none": WHOLE_CONFIG.replace("instance: app", "instance: My App"),
  "a relative state directory": WHOLE_CONFIG.replace("/var/lib/ppm/state", "state"),
  "a backup without its password": WHOLE_CONFIG.replace(/ {2}passwordfile:.*\n/, ""),
  "prune that is neither": WHOLE_CONFIG.replace("prune: true", "prune: weekly"),
  "a variable of the environment that is none": WHOLE_CONFIG.replace("AWS_ACCESS_KEY_ID", "AWS-KEY"),
  "a command that is no list": WHOLE_CONFIG.replace(/command: .*/, "command: /usr/bin/mail root"),
  "variables that are no mapping": WHOLE_CONFIG.replace(/variables: .*/, "variables: [a]"),
};

for (const [what, text] of Object.entries(BAD_CONFIG)) {
  Deno.test(`ppm schema config refuses ${what}, as ppm does`, () => {
    assert.notEqual(fault(SCHEMAS.config, asEditor(text)), undefined);
    assert.throws(() => checkConfig(text, { file: "config.yml", user: CONTEXT.user }), InvalidError);
  });
}
