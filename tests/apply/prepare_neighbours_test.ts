/** What `prepare()` does with the other applications of the server: renders with them, and publishes nothing that they have. */
import assert from "node:assert/strict";
import { prepare } from "../../src/apply/prepare.ts";
import { checkConfig } from "../../src/config/check_config.ts";
import { InvalidError, UserError } from "../../src/errors.ts";
import { allow } from "../../src/neighbours/allow.ts";
import type { Claims } from "../../src/neighbours/claims.ts";
import { findConflicts } from "../../src/neighbours/conflicts.ts";
import type { KnownNeighbours } from "../../src/neighbours/known_neighbours.ts";
import type { Application } from "../../src/neighbours/neighbour.ts";
import { PLUGINS } from "../../src/plugins/registry.ts";
import { FAKE_USER } from "../support/fake_system.ts";
import { anApplication, aPublication, claims } from "../support/publication.ts";
import { Server } from "../support/server_of_definition.ts";

const CONFIG = "definition: { repository: /srv/web.git }\n";

const UNIT = "[Service]\nExecStart=/bin/web\n\n[Install]\nWantedBy=web.target\n";

const LIST = "<% for (const one of it.neighbours) { %><%= one.user %>:<%= one.sites.length %> <% } %>";

/** A definition whose appinfo.yml loads these plugins, from line 6 on. */
function definition(plugins: string, templates: Readonly<Record<string, string>> = {}) {
  const appinfo = `name: web
version: "1"
mainunit: web
enableunits: [web.service]
plugins:
  backups_none: { reason: a test }
${plugins}`;
  return { "appinfo.yml": appinfo, "templates/.config/systemd/user/web.service": UNIT, ...templates };
}

const WEBSITE = "  website: { domain: git.example.org, port: 3000 }\n";

const publishing = (user: string, ...sites: readonly string[]): Application =>
  anApplication(aPublication(user, { sites }));

/** What is known where these applications publish, and root keeps these claims. */
function known(published: readonly Application[], given?: Claims): KnownNeighbours {
  const leftOut = [{ user: "evil", message: "evil: left out" }];
  const neighbourhood = allow({ applications: published, leftOut }, given);
  return {
    published,
    neighbourhood,
    claims: given,
    conflicts: findConflicts(neighbourhood.applications, given),
  };
}

/** Prepares a setup; the second value says how often the state directory was read. */
async function prepared(
  files: Readonly<Record<string, string>>,
  around: KnownNeighbours,
): Promise<{ readonly result: Awaited<ReturnType<typeof prepare>>; readonly looks: number }> {
  let looks = 0;
  const result = await prepare(new Server(CONFIG, files), {
    config: checkConfig(CONFIG, { file: "config.yml", user: FAKE_USER }),
    configBytes: new TextEncoder().encode(CONFIG),
    configPath: "/home/app/config.yml",
    clone: { directory: "/c", commit: "c".repeat(40), repository: "r", isNew: true, warnings: [] },
    manifest: undefined,
    registry: PLUGINS,
    lookAround: () => {
      looks++;
      return Promise.resolve(around);
    },
    preview: true,
  });
  return { result, looks };
}

Deno.test("prepare() renders with the neighbours, keeps their digest, and warns of those left out", async () => {
  const files = definition('state: { all: "<%= it.neighbours.length %>" }\n', { "templates/all.eta": LIST });
  const others = [publishing("forgejo", "git.example.org=3000"), publishing("vault")];
  const { result } = await prepared(files, known([publishing("app"), ...others]));
  const rendered = result.files.find(({ path }) => path === "all");
  assert.equal(new TextDecoder().decode(rendered?.content), "forgejo:1 vault:0 ");
  assert.deepEqual(result.desired.definition.app.state, { all: "2" });
  assert.match(result.neighbours ?? "", /^[0-9a-f]{64}$/);
  assert.deepEqual(result.warnings, ["evil: left out"]);
  const more = await prepared(files, known([...others, publishing("wiki")]));
  assert.notEqual(more.result.neighbours, result.neighbours);
  assert.notEqual(more.result.inputs, result.inputs);
});

Deno.test("prepare() looks at no neighbour where the definition neither uses them nor wants what they could have", async () => {
  const { result, looks } = await prepared(definition(""), known([]));
  assert.deepEqual([looks, result.neighbours, result.warnings], [0, null, []]);
  assert.equal((await prepared(definition(WEBSITE), known([]))).looks, 1);
});

Deno.test("prepare() gives templates no neighbours where nobody names them", async () => {
  const sly = { "templates/a.eta": '<%= it["neigh" + "bours"].length %>' };
  await assert.rejects(prepared(definition("", sly), known([])), /it\.neighbours does not exist/);
});

Deno.test("prepare() renders nothing where two others want one thing", async () => {
  const two = known([publishing("ann", "a.example.org=3000"), publishing("ben", "a.example.org=3001")]);
  await assert.rejects(
    prepared(definition("", { "templates/all.eta": LIST }), two),
    (error) => error instanceof UserError && error.exit === "failed" && /ann and ben/.test(error.message),
  );
});

const OURS = publishing("app", "git.example.org=3000");
const THEIRS = publishing("forgejo", "git.example.org=3001");
const GIVEN = "forgejo: { domains: [git.example.org], ports: [3001] }\n";

Deno.test("prepare() refuses to publish what another one has, at the plugin, with a way out", async () => {
  await assert.rejects(prepared(definition(WEBSITE), known([THEIRS])), (error) => {
    assert.ok(error instanceof InvalidError);
    assert.deepEqual(error.problems, [{
      file: "appinfo.yml",
      line: 7,
      column: 3,
      message: "Cannot publish the domain git.example.org for app: forgejo has it",
    }]);
    assert.match(error.hint ?? "", /\/etc\/ppm\/claims\.yml/);
    return true;
  });
});

Deno.test("prepare() refuses everything that may not be published at once, each at its plugin", async () => {
  const plugins = `${WEBSITE}  firewall: { open: [443, "53/udp"] }\n`;
  const claimed = claims(`${GIVEN}app: { domains: [git.example.org], ports: [443] }\n`);
  await assert.rejects(prepared(definition(plugins), known([THEIRS], claimed)), (error) => {
    assert.ok(error instanceof InvalidError);
    assert.deepEqual(error.problems.map(({ line, message }) => `${line}: ${message}`), [
      "7: Cannot publish the port 3000 of the site git.example.org: /etc/ppm/claims.yml does not give it to app",
      "7: Cannot publish the domain git.example.org/ for app: forgejo has it",
      "8: Cannot publish the port 53/udp: /etc/ppm/claims.yml does not give it to app",
    ]);
    return true;
  });
});

Deno.test("prepare() only warns where what it has published before is contested, or no longer given to it", async () => {
  const squatted = await prepared(definition(WEBSITE), known([OURS, THEIRS]));
  assert.deepEqual(squatted.result.warnings, [
    "The domain git.example.org of app is published by forgejo too",
  ]);
  const taken = await prepared(definition(WEBSITE), known([OURS], claims(GIVEN)));
  assert.deepEqual(taken.result.warnings, [
    "The site git.example.org does not count: /etc/ppm/claims.yml does not give it to app",
  ]);
});

Deno.test("prepare() renders nothing with neighbours of whom one has what this application wants", async () => {
  const files = definition(WEBSITE, { "templates/all.eta": LIST });
  await assert.rejects(
    prepared(files, known([OURS, THEIRS])),
    (error) => error instanceof UserError && error.exit === "failed" && /app and forgejo/.test(error.message),
  );
  const away = definition("  website: { domain: other.example.org, port: 3000 }\n", {
    "templates/all.eta": LIST,
  });
  assert.equal((await prepared(away, known([OURS, THEIRS]))).result.neighbours?.length, 64);
});
