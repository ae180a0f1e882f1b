/** A server with a hostile neighbour on it, and what others are to see of each thing that it does. */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import type { ListReport } from "../../src/commands/list_report.ts";
import { type HostileState, MARK, stateText } from "./hostile_states.ts";
import { definitionFrom, makePet, type Pet } from "./pet.ts";
import { bootServer, furnished, type Ran, type Release, type Server, sharedDirectory } from "./server.ts";

const STATE = "/var/lib/ppm/state";

/** What one look may take on a machine that has other things to do. */
const SECONDS = 5;

/** The bound for one process: Deno alone takes 60 to 100. */
const MEGABYTES = 200;

/** How a command ended that looked at a state. */
export interface Look {
  readonly user: string;
  readonly argv: readonly string[];
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  readonly megabytes: number;
}

/** Everybody who reads the state directory. */
export const LOOKS = [
  ["ben", "ppm", "list"],
  ["root", "ppm", "list", "--json"],
  ["root", "ppm", "firewall"],
  ["ann", "ppm", "diff"],
];

/** A key that a definition has already is replaced with its line. */
const SET_UP =
  `rm -rf .ppm .config/systemd /var/lib/ppm/state/evil/state.yml; cd definition; git checkout -q . && git reset -q --hard root
if [ -n "$1" ]; then
  key=\${1%%:*}; sed -i "/^$key:/,/^[a-z]/{/^$key:/d;/^  /d}" appinfo.yml; printf '%s\\n' "$1" >>appinfo.yml; git commit -qam "$key"
fi
cd; sed -i '3,$d' config.yml; printf %s "$2" >>config.yml; exec ppm setup`;

export interface Place extends AsyncDisposable {
  readonly server: Server;
  readonly ann: Pet;
  readonly ben: Pet;
  readonly evil: Pet;
  /** The firewall's rules where the hostile user publishes nothing. */
  readonly script: string;
  /** Has the hostile user bring about each state, and others look at it. */
  expose(
    states: readonly HostileState[],
    looks?: readonly (readonly string[])[],
  ): Promise<readonly (readonly Look[])[]>;
  /** Has the hostile user's own ppm set up a definition with these parts, from nothing. */
  setUp(appinfo: string, config: string): Promise<Ran>;
}

/** ann renders what her neighbours publish, ben is such a neighbour, evil another one. */
export async function makePlace(release: Release): Promise<Place> {
  const server = await bootServer({ release: furnished(release), name: "hostile" });
  await server.copyPpm();
  await server.copy(new URL("hostile_runner.py", import.meta.url).pathname, "/root/hostile_runner.py");
  const ann = await makePet(server, { definition: readerDefinition() }, "ann");
  const ben = await makePet(server, { definition: neighbourDefinition() }, "ben");
  const evil = await makePet(server, {
    definition: simpleDefinition(["plugins: { backups_none: { reason: None } }"]),
  }, "evil");
  await evil.run(["git", "-C", "definition", "tag", "root"]);
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
    ben,
    evil,
    script,
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
    setUp: (appinfo, config) => evil.run(["bash", "-ec", SET_UP, "bash", appinfo, config], { check: false }),
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
export function judge({ outcome }: HostileState, looks: readonly Look[], script: string): void {
  // Who wants a domain opens no port: the firewall goes on.
  const ofPorts = outcome.kind === "conflict" && !outcome.wanted.startsWith("the domain ");
  const { table, rules, diff, report, warnings, json } = seenByAll(
    looks,
    { acting: outcome.kind === "conflict" ? 1 : 0, firewall: ofPorts ? 1 : 0 },
  );
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
      for (const text of [table.stdout, ...ofPorts ? [rules.stderr] : [], diff.stderr]) {
        ok(text.includes(outcome.wanted) && text.includes("ben and evil"), text);
      }
      strictEqual(diff.stdout, "");
      strictEqual(withoutComments(rules.stdout), ofPorts ? "" : withoutComments(script));
      return;
    case "changing":
      for (const line of warnings) {
        match(line, /^\/var\/lib\/ppm\/state\/evil(\/state\.yml)? is left out: it /);
      }
      for (const { stdout, stderr } of [rules, diff]) doesNotMatch(stdout + stderr, new RegExp(MARK));
      strictEqual(withoutComments(rules.stdout), withoutComments(script));
  }
}

/** Holds what everybody saw of what claims.yml gives to somebody else against the firewall's rules without it. */
export function judgeDenied(looks: readonly Look[], script: string): void {
  const { table, rules, diff, report, warnings } = seenByAll(looks, { acting: 0, firewall: 0 });
  const evil = report.applications.find(({ user }) => user === "evil");
  deepStrictEqual([evil?.sites, evil?.ports], [[], []]);
  strictEqual(warnings.length, 1);
  for (const text of [warnings[0]!, table.stdout, rules.stderr, diff.stderr]) {
    match(text, /evil: .* (is|are) not given to it in \/etc\/ppm\/claims\.yml$/m);
  }
  strictEqual(withoutComments(rules.stdout), withoutComments(script));
  doesNotMatch(diff.stdout, /^[+-].*(reverse_proxy|"http:)/m);
}

/** What all of {@linkcode LOOKS} have in common, whatever the state was: with which exit code whoever acts upon it ends, and the firewall's verb. */
function seenByAll(looks: readonly Look[], codes: { readonly acting: number; readonly firewall: number }) {
  for (const { user, argv, code, stdout, stderr, seconds, megabytes } of looks) {
    const what = `${user}: ${argv.join(" ")}\n${stdout}${stderr}`;
    const verb = argv[1];
    strictEqual(code, verb === "list" ? 0 : verb === "firewall" ? codes.firewall : codes.acting, what);
    ok(seconds < SECONDS, `${seconds} s\n${what}`);
    ok(megabytes < MEGABYTES, `${megabytes} MB\n${what}`);
    // deno-lint-ignore no-control-regex -- what may paint a terminal
    doesNotMatch(stdout + stderr, /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]/, what);
    doesNotMatch(stdout + stderr, /^ +at .*:\d+|please report|^root:/m, what);
  }
  const [table, json, rules, diff] = looks as [Look, Look, Look, Look];
  const report: ListReport = JSON.parse(json.stdout);
  const { sites = [], ports = [], running } = report.applications.find(({ user }) => user === "ben") ?? {};
  deepStrictEqual([sites.length, ports.length, running?.state], [1, 1, "stopped"], json.stdout);
  match(table.stdout, /^ben +ben +web 1 .* 8443 +ben\.example\.org/m);
  match(table.stdout, /^ann +ann +web 1 /m);
  const warnings = report.warnings.map(({ message }) => message);

  return { table, json, rules, diff, report, warnings };
}

/** Every line with the mark in it is one that ppm made for its user. */
function onlyOfEvil(text: string, own: RegExp): void {
  for (const line of text.split("\n")) if (line.includes(MARK)) match(line, own);
}

function withoutComments(script: string): string {
  return script.replaceAll(/^# .*\n/gm, "");
}
