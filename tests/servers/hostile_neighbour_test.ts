/**
 * A hostile neighbour on real servers: a user with an entry of its own in the state directory, and with everything else that a user has.
 * Whatever it puts there, all others are told of it in ppm's own words, in time, and miss nothing of each other.
 */
import { deepStrictEqual, doesNotMatch, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { ListReport } from "../../src/commands/list_report.ts";
import { FILES, type HostileState, MARK, stateText, TEXTS, VALUES } from "./hostile_states.ts";
import { withNeighbours } from "./neighbours_support.ts";
import { definitionFrom, makePet, type Pet } from "./pet.ts";
import { bootServer, eachRelease, type Release, type Server, sharedDirectory } from "./server.ts";

const STATE = "/var/lib/ppm/state";

/** What one look may take on a machine that has other things to do. */
const SECONDS = 5;

/** The bound for one process: Deno alone takes 60 to 100. */
const MEGABYTES = 200;

/** How a command ended that looked at a state. */
interface Look {
  readonly user: string;
  readonly argv: readonly string[];
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  readonly megabytes: number;
}

/** Everybody who reads the state directory. */
const LOOKS = [
  ["ben", "ppm", "list"],
  ["root", "ppm", "list", "--json"],
  ["root", "ppm", "firewall"],
  ["ann", "ppm", "diff"],
];

eachRelease("whatever a hostile neighbour does, the others are told and miss nothing", async (release, t) => {
  await using place = await makePlace(release);
  const { server } = place;

  for (const [what, states] of [["files", FILES], ["texts", TEXTS], ["values", VALUES]] as const) {
    await t.step(`${states.length} states of its entry: ${what}`, async (t) => {
      const looks = await place.expose(states);
      for (const [at, state] of states.entries()) {
        await t.step(state.name, () => place.judge(state, looks[at]!));
      }
    });
  }

  await t.step("nobody has opened what links led to", async () => {
    const read = ["stat", "-c", "%X", "/home/evil/canary"];
    strictEqual((await server.run(read)).stdout, "978307200\n");
    await server.run(["cat", "/home/evil/canary"]);
    notStrictEqual((await server.run(read)).stdout, "978307200\n", "whoever reads it is not noticed");
  });
});

interface Place extends AsyncDisposable {
  readonly server: Server;
  readonly ann: Pet;
  readonly evil: Pet;
  /** Has the hostile user bring about each state, and others look at it. */
  expose(
    states: readonly HostileState[],
    looks?: readonly (readonly string[])[],
  ): Promise<readonly (readonly Look[])[]>;
  judge(state: HostileState, looks: readonly Look[]): void;
}

/** ann renders what her neighbours publish, ben is such a neighbour, evil another one. */
async function makePlace(release: Release): Promise<Place> {
  const server = await bootServer({ release: withNeighbours(release), name: "hostile" });
  await server.copyPpm();
  await server.copy(new URL("hostile_runner.py", import.meta.url).pathname, "/root/hostile_runner.py");
  const ann = await makePet(server, { definition: readerDefinition() }, "ann");
  const ben = await makePet(server, { definition: neighbourDefinition() }, "ben");
  const evil = await makePet(server, { definition: neighbourDefinition() }, "evil");
  await server.writeFile("good", stateText(), { user: "evil" });
  await server.writeFile("other", stateText().replace("A page", MARK), { user: "evil" });
  await server.run(["sh", "-ec", "cp -p other canary; touch -a -d 2001-01-01 canary"], { user: "evil" });
  await ben.ppm(["setup", "-q"]);
  await ann.ppm(["setup", "-q"]);
  const { stdout: script } = await server.run(["ppm", "firewall"]);
  match(script, /dport 8443 accept comment "ben \(web\)"/);

  let times = 0;
  return {
    server,
    ann,
    evil,
    expose: async (states, looks = LOOKS) => {
      const directory = `${sharedDirectory()}/hostile-${++times}`;
      await Deno.mkdir(directory, { recursive: true });
      const cases = states.map(({ content: _, outcome: __, ...rest }) => ({ ...rest, looks }));
      await Deno.writeTextFile(`${directory}/cases.json`, JSON.stringify(cases));
      for (const [at, { content }] of states.entries()) {
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
        if (bytes !== undefined) await Deno.writeFile(`${directory}/${at}.content`, bytes);
      }
      const inside = directory.replace(sharedDirectory(), "/srv/shared");
      await server.run(["python3", "/root/hostile_runner.py", inside], { seconds: 600 });
      return JSON.parse(await Deno.readTextFile(`${directory}/results.json`));
    },
    judge: (state, looks) => judge(state, looks, script),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Writes down whatever its neighbours publish, and the configuration of a web server. */
function readerDefinition(): Record<string, string> {
  const caddyfile = "templates/.config/caddy/Caddyfile.eta";
  return {
    ...simpleDefinition([
      "variables:",
      "  httpport: { type: port, default: 8080, description: For http }",
      "  httpsport: { type: port, default: 8081, description: For https }",
      "  tls: { type: string, default: 'off', description: Whether it has certificates }",
      "  email: { type: list, of: email, default: [], description: Nobody }",
      "plugins:",
      "  backups_none: { reason: Nothing is stored }",
    ]),
    [caddyfile]: definitionFrom("examples/caddy")[caddyfile]!,
    "templates/.config/web/neighbours.eta":
      "<% for (const each of it.neighbours) { -%>\n<%= JSON.stringify(each) %>\n<% } -%>\n",
  };
}

function neighbourDefinition(): Record<string, string> {
  return simpleDefinition([
    "plugins:",
    "  backups_none: { reason: Nothing is stored }",
    "  website: { domain: ben.example.org, port: 8100 }",
    "  firewall: { open: [8443] }",
  ]);
}

function simpleDefinition(more: readonly string[]): Record<string, string> {
  return {
    "appinfo.yml": [
      "name: web",
      "description: A page",
      'version: "1"',
      "mainunit: web",
      "enableunits: [web.service]",
      ...more,
      "",
    ].join("\n"),
    "templates/.config/systemd/user/web.service":
      "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=web.target\n",
  };
}

/** Holds what everybody saw of a state against what is to become of it; `script` is the firewall's without it. */
function judge({ outcome }: HostileState, looks: readonly Look[], script: string): void {
  for (const { user, argv, code, stdout, stderr, seconds, megabytes } of looks) {
    const what = `${user}: ${argv.join(" ")}\n${stdout}${stderr}`;
    const acts = argv[1] !== "list";
    strictEqual(code, acts && outcome.kind === "conflict" ? 1 : 0, what);
    ok(seconds < SECONDS, `${seconds} s\n${what}`);
    ok(megabytes < MEGABYTES, `${megabytes} MB\n${what}`);
    // deno-lint-ignore no-control-regex -- what may paint a terminal
    doesNotMatch(stdout + stderr, /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]/, what);
    doesNotMatch(stdout + stderr, /^ +at .*:\d+|please report|root:/m, what);
  }
  const [table, json, rules, diff] = looks as [Look, Look, Look, Look];
  const report: ListReport = JSON.parse(json.stdout);
  const { sites = [], ports = [], running } = report.applications.find(({ user }) => user === "ben") ?? {};
  deepStrictEqual([sites.length, ports.length, running?.state], [1, 1, "stopped"], json.stdout);
  match(table.stdout, /^ben +ben +web 1 .* 8443 +ben\.example\.org/m);
  match(table.stdout, /^ann +ann +web 1 /m);
  const warnings = report.warnings.map(({ message }) => message);

  switch (outcome.kind) {
    case "absent":
    case "left out":
      deepStrictEqual(report.applications.map(({ user }) => user), ["ann", "ben"]);
      strictEqual(warnings.length, outcome.kind === "absent" ? 0 : 1, json.stdout);
      for (const { stdout, stderr } of looks) doesNotMatch(stdout + stderr, new RegExp(MARK));
      strictEqual(diff.stdout, "");
      strictEqual(withoutComments(rules.stdout), withoutComments(script));
      if (outcome.kind === "absent") return;
      for (const text of [warnings[0]!, table.stdout, rules.stdout, rules.stderr, diff.stderr]) {
        match(text, new RegExp(`${STATE}/evil(/state\\.yml)? is left out: it .*`));
      }
      ok(warnings[0]!.startsWith(`${STATE}/evil`) && warnings[0]!.includes(outcome.why), warnings[0]);
      return;
    case "listed": {
      deepStrictEqual(report.applications.map(({ user }) => user), ["ann", "ben", "evil"], json.stdout);
      const added = withoutComments(rules.stdout).split("\n").filter((line) =>
        !script.split("\n").includes(line)
      );
      deepStrictEqual(added.map((line) => line.trim()), outcome.rules);
      onlyOfEvil(table.stdout, /^\S+ +evil +/);
      onlyOfEvil(diff.stdout, /^\+(\{"instance":"\w+","user":"evil",.*\}$|"http:|\t@\d+ path ")/);
      match(diff.stdout, /^\+\{.*"user":"evil"/m);
      for (const text of [rules.stdout, table.stderr, json.stderr, rules.stderr, diff.stderr]) {
        doesNotMatch(text, new RegExp(MARK));
      }
      return;
    }
    case "conflict":
      for (const text of [table.stdout, rules.stderr, diff.stderr]) {
        ok(text.includes(outcome.wanted) && text.includes("ben and evil"), text);
      }
      strictEqual(rules.stdout + diff.stdout, "");
      return;
    case "changing":
      for (const line of warnings) {
        match(line, /^\/var\/lib\/ppm\/state\/evil(\/state\.yml)? is left out: it /);
      }
      for (const { stdout, stderr } of [rules, diff]) doesNotMatch(stdout + stderr, new RegExp(MARK));
      strictEqual(withoutComments(rules.stdout), withoutComments(script));
  }
}

/** Every line with the mark in it is one that ppm made for its user. */
function onlyOfEvil(text: string, own: RegExp): void {
  for (const line of text.split("\n")) if (line.includes(MARK)) match(line, own);
}

function withoutComments(script: string): string {
  return script.replaceAll(/^# .*\n/gm, "");
}
