import assert from "node:assert/strict";
import { makeListReport } from "../../src/commands/list_report.ts";
import { listView } from "../../src/commands/list_view.ts";
import type { Application } from "../../src/neighbours/neighbour.ts";
import { formatState } from "../../src/neighbours/state_file.ts";
import { makeStyle } from "../../src/ui/style.ts";
import { displayWidth } from "../../src/ui/text.ts";
import { FAKE_USER, FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";
import { anApplication, aPublication, aSite } from "../support/publication.ts";
import { type Outcome, runPpm } from "../support/run_ppm.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const STATE = "/var/lib/ppm/state";

/** A server on which root has prepared `directory` for these applications, each with a user of its own. */
function aServer(applications: readonly Application[], directory = STATE, user = FAKE_USER): FakeSystem {
  const system = new FakeSystem({ user });
  system.addFile(`${directory}/.keep`, "");
  system.removeFile(`${directory}/.keep`);
  for (let path = directory; path !== ""; path = path.slice(0, path.lastIndexOf("/"))) {
    system.owners.set(path, 0);
  }
  applications.forEach((application, at) => {
    const entry = `${directory}/${application.user}`;
    const { sites, ports, times, ...rest } = application;
    const plugins = { website: { sites }, firewall: { open: ports } };
    const state = formatState({ version: 1, ...rest, plugins, times }, [], { line: 1, column: 1 });
    system.addFile(`${entry}/state.yml`, state);
    system.users.set(application.user, 2000 + at);
    for (const path of [entry, `${entry}/state.yml`]) system.owners.set(path, 2000 + at);
  });
  return system.program("cat", () => ({ stdout: "" }));
}

const FORGEJO: Application = {
  ...anApplication(aPublication("forgejo", {
    sites: ["git.example.org=3000", "example.org/git=3000"],
    ports: ["2222", "8000-8010", "53/udp"],
  })),
  app: { name: "forgejo", description: "A forge", version: "11.0" },
  definition: { repository: "https://git.example.org/pets/forgejo.git", commit: "ab".repeat(20) },
  units: ["forgejo.service"],
  state: { peers: ["10.0.0.0/8"] },
  times: { backup: "2026-01-02T00:04:05.000Z", upgrade: "2025-12-01T00:00:00.000Z" },
};
const NOTES: Application = { ...anApplication(aPublication("notes")), instance: "diary" };

function list(args: string, system: FakeSystem): Promise<Outcome> {
  return runPpm(`list ${args}`, { system });
}

Deno.test("ppm list shows every application, with ages, and without root no state", async () => {
  const { code, stdout, stderr } = await list("", aServer([FORGEJO, NOTES]));
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(
    stdout,
    `INSTANCE  USER     APP           COMMIT        PORTS                  SITES                            BACKUP       UPGRADE
forgejo   forgejo  forgejo 11.0  abababababab  53/udp 2222 8000-8010  example.org/git git.example.org  3 hours ago  1 month ago
diary     notes    app 1         000000000000
`,
  );
});

Deno.test("ppm list --json has names that stay, and null for what never was", async () => {
  const { code, stdout } = await list("--json -q", aServer([FORGEJO]));
  assert.equal(code, 0);
  const everywhere = ["0.0.0.0/0", "::/0"];
  assert.deepEqual(JSON.parse(stdout), {
    statedirectory: STATE,
    applications: [{
      user: "forgejo",
      instance: "forgejo",
      host: "server",
      app: FORGEJO.app,
      definition: FORGEJO.definition,
      units: ["forgejo.service"],
      sites: [aSite("example.org/git=3000"), aSite("git.example.org=3000")],
      ports: [
        { first: 53, last: 53, protocol: "udp", from: everywhere },
        { first: 2222, last: 2222, protocol: "tcp", from: everywhere },
        { first: 8000, last: 8010, protocol: "tcp", from: everywhere },
      ],
      state: FORGEJO.state,
      times: {
        backup: "2026-01-02T00:04:05.000Z",
        drill: null,
        upgrade: "2025-12-01T00:00:00.000Z",
        fenced: null,
      },
      running: null,
    }],
    warnings: [],
  });
});

Deno.test("ppm list says that there is nothing, which is no failure", async () => {
  assert.deepEqual(await list("", aServer([])), {
    code: 0,
    stdout: "No application is set up here\n",
    stderr: "",
  });
  const { stdout } = await list("--json", aServer([]));
  assert.deepEqual(JSON.parse(stdout), { statedirectory: STATE, applications: [], warnings: [] });
});

Deno.test("ppm list fails where the state directory cannot be trusted, rather than to show nothing", async () => {
  const system = aServer([FORGEJO]);
  system.owners.set(STATE, 1000);
  const { code, stdout, stderr } = await list("", system);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /^error: Cannot .*\/var\/lib\/ppm\/state/);
});

Deno.test("ppm list reads the directory that is named, else that of this user's last setup", async () => {
  const elsewhere = aServer([NOTES], "/srv/state");
  assert.match((await list("--state-directory /srv/state/", elsewhere)).stdout, /^diary/m);
  const stateFile = {
    path: "/srv/state/app/state.yml",
    sha256: "",
    mode: 0o644,
    size: 0,
    modifiedMs: 0,
    inode: 0,
    origin: "",
    changedMs: 0,
    told: "",
  };
  elsewhere.addFile("/home/app/.ppm/manifest.json", JSON.stringify(aManifest({ stateFile })));
  assert.match((await list("", elsewhere)).stdout, /^diary/m);
  assert.equal((await list("--state-directory srv", elsewhere)).code, 2);
});

Deno.test("ppm list names below the table what does not count and what several want, and exits with 0", async () => {
  const rival = anApplication(aPublication("rival", { sites: ["git.example.org=4000"] }));
  const system = aServer([FORGEJO, { ...NOTES, instance: "forgejo" }, rival]);
  system.addFile(`${STATE}/ghost/state.yml`, "");
  const { code, stdout } = await list("", system);
  assert.equal(code, 0);
  const below = stdout.slice(stdout.indexOf("\n\n") + 2).split("\n");
  assert.equal(below[0], "! forgejo and rival both want the domain git.example.org");
  assert.match(below[1]!, /^ {2}→ Root says in \/etc\/ppm\/claims\.yml/);
  assert.match(below[2]!, /^! .*ghost/);
  assert.equal(below[3], '! forgejo and notes are all the instance "forgejo"');
  assert.match(below[4]!, /^ {2}→ Backups in one repository/);
  const { warnings } = JSON.parse((await list("--json", system)).stdout);
  assert.deepEqual(
    warnings.map(({ kind, users }: { kind: string; users: string[] }) => [kind, ...users]),
    [["conflict", "forgejo", "rival"], ["left-out", "ghost"], ["instance", "forgejo", "notes"]],
  );
});

Deno.test("ppm list shows root what runs, and to the others nothing of it", async () => {
  const root = { name: "root", uid: 0, gid: 0, home: "/root", runtimedirectory: "/run/user/0" };
  const answers = () => ({ code: 1, stderr: "no manager" });
  const { code, stdout } = await list("", aServer([FORGEJO], STATE, root).program("systemctl", answers));
  assert.equal(code, 0);
  assert.match(stdout, /STATE .*\n.*unknown: systemd does not answer/);
  const asUser = aServer([FORGEJO]).program("systemctl", answers);
  assert.doesNotMatch((await list("", asUser)).stdout, /STATE/);
  assert.ok(!asUser.commands.some((command) => command.startsWith("systemctl")));
});

function reportOf(applications: readonly Application[]) {
  const known = {
    published: applications,
    neighbourhood: { applications, leftOut: [] },
    claims: undefined,
    conflicts: [],
  };
  return makeListReport(known, { statedirectory: STATE, running: undefined, nowMs: NOW });
}

Deno.test("makeListReport() warns of what is said to have happened in the future, small differences of clocks aside", () => {
  const at = (ms: number) => new Date(NOW + ms).toISOString();
  const { warnings } = reportOf([
    { ...NOTES, times: { backup: at(59_000), drill: at(61_000), upgrade: at(-1) } },
  ]);
  assert.deepEqual(warnings.map(({ kind, message }) => [kind, message]), [
    ["time", "notes: its last drill is said to be of 2026-01-02T03:05:06.000Z, which is yet to come"],
  ]);
});

Deno.test("listView() fits the table to the terminal, and paints a harmless text only", () => {
  const evil: Application = {
    ...FORGEJO,
    app: { name: "e\x1b[2Jvil\u202e", description: "", version: `1\n${"9".repeat(200)}` },
  };
  const lines = listView(reportOf([evil]), { style: makeStyle(false), columns: 100, nowMs: NOW });
  for (const line of lines) {
    assert.ok(displayWidth(line) <= 100, line);
    // deno-lint-ignore no-control-regex -- control characters are what this is about
    assert.doesNotMatch(line, /[\x00-\x1f\u202e]/);
  }
  assert.equal(lines.length, 2);
});

Deno.test("listView() leaves columns out on a narrow terminal, and never who and since when", () => {
  const drilled = { ...FORGEJO, times: { ...FORGEJO.times, drill: "2026-01-01T00:00:00.000Z" } };
  const heading = (columns: number) => {
    const lines = listView(reportOf([drilled]), { style: makeStyle(false), columns, nowMs: NOW });
    assert.ok(columns < 60 || lines.every((line) => displayWidth(line) <= columns), lines.join("\n"));
    return lines[0]!.split(/ +/);
  };
  assert.ok(heading(140).includes("DRILL"));
  assert.deepEqual(heading(110), ["INSTANCE", "USER", "APP", "COMMIT", "PORTS", "SITES", "BACKUP"]);
  assert.deepEqual(heading(80), ["INSTANCE", "USER", "PORTS", "SITES", "BACKUP"]);
  assert.deepEqual(heading(20), ["INSTANCE", "USER", "PORTS", "SITES", "BACKUP"]);
});

Deno.test("listView() rather leaves a column out than cut a name to what could be any", () => {
  const [, line] = listView(reportOf([FORGEJO]), { style: makeStyle(false), columns: 80, nowMs: NOW });
  assert.match(line!, /^forgejo +forgejo +.* git\.example\.org /);
});

Deno.test("listView() says a hint once that several warnings in a row have", () => {
  const warning = (hint: string | null) => ({ kind: "conflict" as const, users: [], message: "m", hint });
  const report = {
    statedirectory: STATE,
    applications: [],
    warnings: ["a", "a", null, "b"].map(warning),
  };
  assert.deepEqual(listView(report, { style: makeStyle(false), columns: 80, nowMs: NOW }).slice(1), [
    "",
    "! m",
    "! m",
    "  → a",
    "! m",
    "! m",
    "  → b",
  ]);
});
