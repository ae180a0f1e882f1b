/** What `ppm status` says of backups. */
import assert from "node:assert/strict";
import { writeDrill } from "../../src/backup/drill_record.ts";
import { type BackupRecord, updateRecord } from "../../src/backup/record.ts";
import { ResticError } from "../../src/host/restic/outcome.ts";
import { sha256 } from "../../src/plan/digest.ts";
import { aPolicy, aRecord } from "../support/backup.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest, shown } from "../support/manifest.ts";
import { runPpm } from "../support/run_ppm.ts";

/** The time of the fake clock. */
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const HOUR_MS = 3_600_000;
const CONFIG = "definition: {}\n";

async function aServer(
  record: Partial<BackupRecord>,
  units: Record<string, Record<string, string>> = {},
): Promise<FakeSystem> {
  const system = new FakeSystem();
  system.nowMs = NOW - 40 * HOUR_MS;
  system.addFile("/home/app/config.yml", CONFIG);
  const manifest = aManifest({
    config: { file: "/home/app/config.yml", sha256: await sha256(CONFIG), holdsSecret: false },
    backup: aPolicy(),
    ownUnits: [{ name: "ppm-backup.timer", start: true }, { name: "ppm-recover.service", start: false }],
  });
  system.addFile("/home/app/.ppm/manifest.json", JSON.stringify(manifest));
  system.addFile("/home/app/.ppm/lineage.json", "{}");
  system.makeDirectory("/home/app/data", 0o700);
  updateRecord(system, record);
  const properties: Record<string, Record<string, string>> = {
    "ppm-backup.service": { ActiveState: "inactive", SubState: "dead" },
    "ppm-recover.service": { ActiveState: "inactive", SubState: "dead" },
    "ppm-backup.timer": { SubState: "waiting", NextElapseUSecRealtime: "Sat 2026-01-03 03:04:05 UTC" },
    ...units,
  };
  return system.program("systemctl", (args) => {
    const names = args.slice(args.indexOf("--") + 1);
    return { stdout: shown(Object.fromEntries(names.map((name) => [name, properties[name] ?? {}]))) };
  });
}

async function status(...scene: Parameters<typeof aServer>) {
  const system = await aServer(...scene);
  const outcome = await runPpm("status", { system });
  assert.equal(outcome.code, 0, outcome.stderr);
  return { ...outcome, complaints: outcome.stdout.split("\n").filter((line) => line.startsWith("! ")) };
}

Deno.test("ppm status shows the last good backup, how long the application was down for it, and the next", async () => {
  const { stdout, complaints } = await status(aRecord(NOW - 24 * HOUR_MS));
  assert.match(stdout, /^ {2}backup {6}1 day ago: 45 MiB, 12 entries, down for 2\.5 s; next in 1 day$/m);
  assert.match(stdout, /^ {2}drill {7}never → ppm drill$/m);
  assert.deepEqual(complaints, []);
});

Deno.test("ppm status asks systemd once, and no repository", async () => {
  const system = await aServer(aRecord(NOW));
  await runPpm("status", { system });
  assert.deepEqual(system.invocations.map(({ program }) => program), ["systemctl"]);
});

Deno.test("ppm status complains of a backup that failed, with the command that its hint ends with", async () => {
  const last = {
    time: NOW - HOUR_MS,
    invocation: "",
    outcome: "refused" as const,
    kind: null,
    snapshot: null,
    message: "Cannot write",
    hint: "If it lives here: ppm backup --take-over",
  };
  const { complaints } = await status(aRecord(NOW - 20 * HOUR_MS, { last }));
  assert.deepEqual(complaints, ["! the last backup failed: Cannot write → ppm backup --take-over"]);
  const ran = { ...last, hint: "The command was: systemctl --user start -- ppm-recover.timer" };
  const again = await status(aRecord(NOW - 20 * HOUR_MS, { last: ran }));
  assert.deepEqual(again.complaints, ["! the last backup failed: Cannot write → ppm backup"]);
  const { hint = null } = new ResticError("Cannot list", { trouble: "absent", code: 10 });
  const unmounted = await status(aRecord(NOW - 20 * HOUR_MS, { last: { ...last, hint } }));
  assert.deepEqual(unmounted.complaints, ["! the last backup failed: Cannot write → ppm backup"]); // no `restic init`
});

Deno.test("ppm status complains of a suspect backup until it is accepted", async () => {
  const last = {
    ...aRecord(NOW).last!,
    kind: "suspect" as const,
    outcome: "backup" as const,
    message: "data/ is empty",
  };
  const { complaints } = await status(aRecord(NOW - 20 * HOUR_MS, { last }));
  assert.deepEqual(complaints, ["! the last backup is suspect: data/ is empty → ppm backup --accept"]);
});

Deno.test("ppm status complains of a run that was killed, from systemd or from its open verdict, until a later one has ended", async () => {
  const failed = {
    ActiveState: "failed",
    Result: "watchdog",
    ActiveEnterTimestamp: "Fri 2026-01-02 02:04:05 UTC",
  };
  const killed = await status(aRecord(NOW - 20 * HOUR_MS), { "ppm-backup.service": failed });
  assert.deepEqual(killed.complaints, [
    "! the backup begun at 2026-01-02T02:04:05.000Z ended without a result: it hung, and systemd has ended it → ppm backup",
  ]);
  const open = { since: NOW - HOUR_MS, tags: [] };
  const cut = await status(aRecord(NOW - 20 * HOUR_MS, { open }));
  assert.deepEqual(cut.complaints, [
    "! the backup begun at 2026-01-02T02:04:05.000Z ended without a result → ppm backup",
  ]);
  const later = await status(aRecord(NOW - HOUR_MS / 2, { open }), { "ppm-backup.service": failed });
  assert.deepEqual(later.complaints, []);
});

Deno.test("ppm status complains of overdue backups, also where there has been none", async () => {
  const old = await status(aRecord(NOW - 50 * HOUR_MS));
  assert.deepEqual(old.complaints, [
    "! overdue: the last good backup is 2 days old, and no more than 1 day may pass → ppm backup",
  ]);
  const none = await status({});
  assert.deepEqual(none.complaints, [
    "! overdue: there has been no good backup for 1 day, and no more than 1 day may pass → ppm backup",
  ]);
  assert.match(none.stdout, /^ {2}backup {6}never; next in 1 day$/m);
});

Deno.test("ppm status says that a backup is running, and does not complain meanwhile", async () => {
  const running = { ActiveState: "active", ActiveEnterTimestamp: "Fri 2026-01-02 03:02:05 UTC" };
  const { stdout, complaints } = await status(aRecord(NOW - 50 * HOUR_MS), { "ppm-backup.service": running });
  assert.match(stdout, /^ {2}backup {6}running, begun 2 minutes ago; last 2 days ago: /m);
  assert.deepEqual(complaints, []);
});

Deno.test("ppm status complains of a timer that does not wait, of housekeeping, and of what was not done for long", async () => {
  const { complaints } = await status(
    aRecord(NOW, {
      fault: { time: NOW, message: "part 2 of 7 is damaged", hint: null },
      forgetTime: NOW - 15 * 24 * HOUR_MS,
      check: { next: 3, of: 7, time: NOW - 15 * 24 * HOUR_MS, cycleStart: 0 },
    }),
    { "ppm-backup.timer": { ActiveState: "inactive" } },
  );
  assert.deepEqual(complaints, [
    "! ppm-backup.timer is not active → systemctl --user start ppm-backup.timer",
    "! housekeeping failed: part 2 of 7 is damaged → ppm backup --housekeeping",
    "! no snapshot was forgotten for 15 days → ppm backup --housekeeping",
    "! nothing of the repository was read for 15 days → ppm backup --housekeeping",
  ]);
});

Deno.test("ppm status says that data/ is missing", async () => {
  const system = await aServer(aRecord(NOW));
  assert.doesNotMatch((await runPpm("status", { system })).stdout, /data\/ is missing/);
  system.removeTree("/home/app/data");
  assert.match((await runPpm("status", { system })).stdout, /^! data\/ is missing → ppm setup$/m);
});

Deno.test("ppm status shows how long the last drill took, or that it failed", async () => {
  const drill = {
    version: 1 as const,
    time: NOW - HOUR_MS,
    snapshot: "1",
    durationMs: 90_000,
    entries: 1,
    bytes: 1,
  };
  const system = await aServer(aRecord(NOW));
  writeDrill(system, { ...drill, outcome: "done", message: "" });
  assert.match((await runPpm("status", { system })).stdout, /^ {2}drill {7}1 hour ago, took 1 minute$/m);
  writeDrill(system, { ...drill, outcome: "backup", message: "web/a differs" });
  const { stdout } = await runPpm("status", { system });
  assert.match(stdout, /^ {2}drill {7}1 hour ago, failed$/m);
  assert.match(stdout, /^! the last drill failed: web\/a differs → ppm drill$/m);
});

Deno.test("ppm status says that it cannot understand a record, and says the rest", async () => {
  const system = await aServer(aRecord(NOW));
  system.addFile("/home/app/.ppm/backup.json", "{");
  const { code, stdout } = await runPpm("status", { system });
  assert.equal(code, 0);
  assert.match(stdout, /^! Cannot understand \.ppm\/backup\.json: .* → ppm backup$/m);
});

Deno.test("ppm status --json has all of it, with absolute times", async () => {
  const system = await aServer(aRecord(NOW - HOUR_MS));
  const { backup } = JSON.parse((await runPpm("status --json", { system })).stdout);
  assert.equal(backup.plugin, "backups_scheduled");
  assert.deepEqual(backup.good, {
    snapshot: "1".repeat(64),
    time: "2026-01-02T02:04:05.000Z",
    entries: 12,
    bytes: 47_185_920,
    addedBytes: 1024,
    downMs: 2500,
    durationMs: 9000,
  });
  assert.equal(backup.last.outcome, "done");
  assert.equal(backup.overdue, false);
  assert.equal(backup.maxAgeMs, 26 * HOUR_MS);
  assert.equal(backup.running, null);
  assert.equal(backup.next, "2026-01-03T03:04:05.000Z");
  assert.equal(backup.drill, null);
  assert.deepEqual(backup.complaints, []);
});
