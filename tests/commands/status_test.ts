import assert from "node:assert/strict";
import type { StatusReport } from "../../src/apply/status.ts";
import { sha256 } from "../../src/plan/digest.ts";
import type { Manifest } from "../../src/plan/manifest.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest, aUnit, shown } from "../support/manifest.ts";
import { type Outcome, runPpm } from "../support/run_ppm.ts";

type Properties = Record<string, string>;

const CONFIG = "definition: {}\n";
const STOPPED = { ActiveState: "inactive", SubState: "dead" };

interface Scene {
  readonly manifest?: Partial<Manifest>;
  /** What systemd says; units that are left out run since the first of January. */
  readonly units?: Record<string, Properties>;
  readonly files?: Record<string, string>;
}

async function aMachine({ manifest, units = {}, files = {} }: Scene): Promise<FakeSystem> {
  const config = { file: "/home/app/config.yml", sha256: await sha256(CONFIG), holdsSecret: false };
  const system = new FakeSystem({
    files: {
      "/home/app/config.yml": CONFIG,
      "/home/app/.ppm/manifest.json": JSON.stringify(aManifest({ config, ...manifest })),
      ...files,
    },
  });
  return system.program("systemctl", (args) => {
    const names = args.slice(args.indexOf("--") + 1);
    const since = { ActiveEnterTimestamp: "Thu 2026-01-01 00:00:00.250000 UTC" };
    return { stdout: shown(Object.fromEntries(names.map((name) => [name, { ...since, ...units[name] }]))) };
  });
}

async function status(scene: Scene = {}): Promise<Outcome> {
  return await runPpm("status", { system: await aMachine(scene) });
}

async function statusJson(scene: Scene = {}): Promise<StatusReport> {
  return JSON.parse((await runPpm("status --json", { system: await aMachine(scene) })).stdout);
}

Deno.test("ppm status shows the application, its units and where it comes from", async () => {
  const { code, stdout, stderr } = await status({
    units: { "db.service": { MainPID: "42", NRestarts: "2", MemoryCurrent: "47185920" } },
  });
  assert.equal(stderr, "");
  assert.equal(
    stdout,
    `web 1.0: A site.
  state       running, since 1 day ago
  instance    web (user app)
  definition  https://git.example.org/web.git at aaaaaaaaaaaa
  set up      4 minutes ago, generation 2

UNIT         STATE    SINCE      RESTARTS  PID  MEMORY
web.target   running  1 day ago
web.service  running  1 day ago
db.service   running  1 day ago  2         42   45 MiB
`,
  );
  assert.equal(code, 0);
});

Deno.test("ppm status asks systemd once", async () => {
  const system = await aMachine({});
  await runPpm("status", { system });
  assert.equal(system.commands.length, 1);
});

Deno.test("ppm status exits with 3 when the application is stopped", async () => {
  const { code, stdout } = await status({
    units: { "web.target": STOPPED, "web.service": STOPPED, "db.service": STOPPED },
  });
  assert.equal(code, 3);
  assert.match(stdout, /\n {2}state {7}stopped\n/);
  assert.match(stdout, /\ndb\.service {3}stopped\n/);
});

Deno.test("ppm status says while units are on their way that the application starts, as at boot", async () => {
  const queued = { ...STOPPED, Job: "17" };
  const starting = { ActiveState: "activating", SubState: "start", Job: "18" };
  const { code, stdout } = await status({
    units: { "web.target": queued, "web.service": starting, "db.service": queued },
  });
  assert.equal(code, 3);
  assert.match(stdout, /\n {2}state {7}starting\n/);
  assert.match(stdout, /\ndb\.service {3}waiting for its turn\n/);
});

Deno.test("ppm status exits with 3 when a unit failed, and names it", async () => {
  const failed = { ActiveState: "failed", Result: "oom-kill" };
  const { code, stdout } = await status({ units: { "db.service": failed } });
  assert.equal(code, 3);
  assert.match(stdout, /state {7}not well: db\.service\n/);
  assert.match(stdout, /db\.service {3}failed \(out of memory\)/);
});

Deno.test("ppm status lets units rest that are not enabled", async () => {
  const manifest = {
    units: [aUnit("web.service"), aUnit("helper.service", { enabled: false }), aUnit("web@.service")],
  };
  const { code, stdout } = await status({
    manifest,
    units: { "helper.service": { ...STOPPED, InvocationID: "" } },
  });
  assert.equal(code, 0, stdout);
  assert.ok(!stdout.includes("web@.service"), "systemd cannot be asked about a template");
});

Deno.test("ppm status says when timers elapse, by the calendar and since boot", async () => {
  const manifest = { units: [aUnit("a.timer"), aUnit("b.timer"), aUnit("c.timer")] };
  const units = {
    "a.timer": { SubState: "waiting", NextElapseUSecRealtime: "Sat 2026-01-03 03:04:05 UTC" },
    "b.timer": {
      SubState: "waiting",
      ActiveEnterTimestamp: "Fri 2026-01-02 02:04:15 UTC",
      ActiveEnterTimestampMonotonic: "10000000",
      NextElapseUSecMonotonic: "1h 30min",
      LastTriggerUSec: "Fri 2026-01-02 03:03:05 UTC",
    },
    "c.timer": { SubState: "elapsed", NextElapseUSecMonotonic: "infinity" },
  };
  const { stdout } = await status({ manifest, units });
  assert.match(stdout, /a\.timer {2}in 1 day \(2026-01-03T03:04:05\.000Z\) +never\n/);
  assert.match(stdout, /b\.timer {2}in 30 minutes \(2026-01-02T03:34:05\.000Z\) +1 minute ago\n/);
  assert.match(stdout, /c\.timer {2}never +never\n/);
});

Deno.test("ppm status shows containers where units run some", async () => {
  const manifest = { units: [aUnit("web.service", { containers: true })] };
  const system = (await aMachine({ manifest })).program("podman", () => ({
    stdout: JSON.stringify([
      { Names: ["web"], Image: "localhost/web:1", State: "running", Status: "Up 2 hours (unhealthy)" },
      {
        Names: ["db"],
        Image: "localhost/db:1",
        State: "exited",
        Status: "Exited (1) 3 hours ago",
        Labels: null,
      },
    ]),
  }));
  const { stdout } = await runPpm("status", { system });
  assert.match(
    stdout,
    /\ndb {9}localhost\/db:1 {3}exited\nweb {8}localhost\/web:1 {2}running {2}unhealthy\n/,
  );
});

Deno.test("ppm status does without podman where podman fails", async () => {
  const manifest = { units: [aUnit("web.service", { containers: true })] };
  const system = (await aMachine({ manifest })).program("podman", () => ({ code: 125 }));
  const { code, stdout } = await runPpm("status", { system });
  assert.equal(code, 0);
  assert.match(stdout, /podman could not be asked/);
});

const FILE = ".config/systemd/user/web.service";

/** A manifest that knows the file as the fake machine has it. */
async function withFile(changedMs: number, content = "[Service]\n"): Promise<Partial<Manifest>> {
  const stamp = { mode: 0o644, size: content.length, modifiedMs: 1_000_000, inode: -1 };
  return {
    files: { [FILE]: { ...stamp, sha256: await sha256(content), origin: "x", changedMs } },
    units: [aUnit("web.service", { files: [FILE] })],
  };
}

async function drift(scene: Scene): Promise<readonly string[]> {
  return (await statusJson(scene)).drift.map(({ kind, message, next }) => `${kind}: ${message} → ${next}`);
}

Deno.test("ppm status finds no drift where there is none", async () => {
  const files = {
    [`/home/app/${FILE}`]: "[Service]\n",
    "/home/app/.ppm/definition/.git/HEAD": "a".repeat(40),
  };
  assert.deepEqual(await drift({ manifest: await withFile(0), files }), []);
});

Deno.test("ppm status names a file that was edited or is missing", async () => {
  const manifest = await withFile(0);
  assert.deepEqual(await drift({ manifest }), [`file: ~/${FILE} is missing → ppm diff`]);
  const files = { [`/home/app/${FILE}`]: "[Service]#" };
  assert.deepEqual(await drift({ manifest, files }), [`file: ~/${FILE} was edited by hand → ppm diff`]);
});

Deno.test("ppm status says that the application is not published any more", async () => {
  const path = "/var/lib/ppm/state/app/state.yml";
  const stateFile = {
    path,
    told: "",
    mode: 0o644,
    sha256: "",
    origin: "ppm",
    size: 0,
    modifiedMs: 0,
    inode: 0,
    changedMs: 0,
  };
  assert.deepEqual(await drift({ manifest: { stateFile } }), [`file: ${path} is missing → ppm setup`]);
  assert.deepEqual(await drift({ manifest: { stateFile }, files: { [path]: "" } }), []);
});

Deno.test("ppm status names a unit that is older than its files", async () => {
  const started = Date.UTC(2026, 0, 1, 0, 0, 0, 250);
  const files = { [`/home/app/${FILE}`]: "[Service]\n" };
  assert.deepEqual(await drift({ manifest: await withFile(started - 1), files }), []);
  assert.deepEqual(await drift({ manifest: await withFile(started + 1), files }), [
    "restart: older than their files, and to be restarted: web.service → ppm restart",
  ]);
});

Deno.test("ppm status notices config.yml, the clone, an interrupted setup and a missing reload", async () => {
  assert.deepEqual(
    await drift({
      manifest: { pending: {} },
      files: {
        "/home/app/config.yml": "changed",
        "/home/app/.ppm/definition/.git/HEAD": "ref: refs/heads/main\n",
        "/home/app/.ppm/definition/.git/refs/heads/main": `${"b".repeat(40)}\n`,
      },
      units: { "db.service": { NeedDaemonReload: "yes" } },
    }),
    [
      "interrupted: the last setup did not come to its end → ppm setup",
      "config: /home/app/config.yml changed since the last setup → ppm diff",
      "definition: the clone of the definition stands at bbbbbbbbbbbb, which was not set up yet → ppm diff",
      "reload: systemd has not read the newest files of db.service → ppm setup",
    ],
  );
});

Deno.test("ppm status says that nothing outlives the session where the user does not linger", async () => {
  const system = await aMachine({});
  system.removeFile("/var/lib/systemd/linger/app");
  const { stdout } = await runPpm("status", { system });
  assert.match(stdout, /\n! everything stops when app logs out.*→ loginctl enable-linger app\n$/);
});

Deno.test("ppm status --json gives absolute times and numbers", async () => {
  const report = await statusJson({ units: { "web.service": { MainPID: "7", MemoryCurrent: "[not set]" } } });
  assert.equal(report.well, true);
  assert.deepEqual(report.units[0], {
    name: "web.service",
    enabled: true,
    well: true,
    active: "active",
    sub: "running",
    words: "running",
    since: "2026-01-01T00:00:00.250Z",
    restarts: 0,
    pid: 7,
    memoryBytes: null,
    next: null,
    last: null,
  });
});
