import assert from "node:assert/strict";
import { overdue } from "../../src/backup/overdue.ts";
import { readRecord, updateRecord } from "../../src/backup/record.ts";
import { LOCK_FILE } from "../../src/layout.ts";
import { Output } from "../../src/ui/output.ts";
import { aPolicy, aRecord } from "../support/backup.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

const NOW = Date.UTC(2026, 2, 31, 4);
const HOUR_MS = 3_600_000;
const MANIFEST = aManifest({ backup: aPolicy() });

function aServer(changes: Parameters<typeof updateRecord>[1] = {}) {
  const system = new FakeSystem();
  system.nowMs = NOW - 40 * HOUR_MS;
  system.makeDirectory("/home/app/.ppm", 0o700);
  system.addFile("/home/app/.ppm/lineage.json", "{}", 0o600);
  if (Object.keys(changes).length > 0) updateRecord(system, changes);
  const stderr = new MemorySink();
  const output = new Output({ stdout: new MemorySink(), stderr });
  return { system, stderr, at: (ms: number) => ({ system, output, clock: new FakeClock(ms) }) };
}

Deno.test("overdue() is silent while the newest good backup is young enough", async () => {
  const { at, stderr } = aServer(aRecord(NOW - 26 * HOUR_MS));
  assert.equal(await overdue(at(NOW), MANIFEST), "done");
  assert.equal(stderr.text, "");
});

Deno.test("overdue() tells once a day while it is too old", async () => {
  const { at, stderr, system } = aServer(aRecord(NOW - 50 * HOUR_MS));
  const told = [];
  for (let hour = 0; hour < 49; hour++) {
    told.push(await overdue(at(NOW + hour * HOUR_MS), MANIFEST) === "amiss" ? hour : "");
  }
  assert.deepEqual(told.filter((each) => each !== ""), [0, 23, 46]);
  assert.match(
    stderr.text,
    /^error: Backups of "web" are overdue: the last good backup is 2 days old, and no more than 1 day may pass\nhint: See why: ppm status; then: ppm backup\n/,
  );
  assert.equal(readRecord(system).toldOverdue, NOW + 46 * HOUR_MS);
});

Deno.test("overdue() counts from the claim where there was no good backup yet", async () => {
  const { at, stderr } = aServer();
  assert.equal(await overdue(at(NOW - 20 * HOUR_MS), MANIFEST), "done");
  assert.equal(await overdue(at(NOW), MANIFEST), "amiss");
  assert.match(stderr.text, /there has been no good backup for 1 day/);
});

Deno.test("overdue() leaves a ppm alone that is at work, and tells afterwards", async () => {
  const { at, system } = aServer(aRecord(NOW - 50 * HOUR_MS));
  const lock = system.tryLock(`/home/app/${LOCK_FILE}`, "ppm backup");
  assert.equal(await overdue(at(NOW), MANIFEST), "done");
  assert.equal(readRecord(system).toldOverdue, null);
  lock?.release();
  assert.equal(await overdue(at(NOW), MANIFEST), "amiss");
});

Deno.test("overdue() has nothing to say where nothing is backed up, or no age is set", async () => {
  const { at } = aServer(aRecord(0));
  assert.equal(await overdue(at(NOW), aManifest({ backup: null })), "done");
  assert.equal(await overdue(at(NOW), aManifest({ backup: aPolicy({ maxAgeMs: null }) })), "done");
});

Deno.test("overdue() tells again where it was told in a future that a clock was set back from", async () => {
  const { at, system } = aServer(aRecord(NOW - 50 * HOUR_MS, { toldOverdue: NOW + 1000 * HOUR_MS }));
  assert.equal(await overdue(at(NOW), MANIFEST), "amiss");
  assert.equal(readRecord(system).toldOverdue, NOW);
});
