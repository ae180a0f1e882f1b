import assert from "node:assert/strict";
import { backUpInForeground } from "../../src/backup/foreground.ts";
import { readRecord } from "../../src/backup/record.ts";
import { leaveRequest } from "../../src/backup/request.ts";
import { STATE_HEADER } from "../../src/neighbours/state_file.ts";
import { InvalidError } from "../../src/errors.ts";
import { aBackupScene, IDENTITY } from "../support/backup_scene.ts";
import { aSnapshot } from "../support/snapshots.ts";

/** Nothing was interrupted. */
const nothing = () => Promise.resolve();

/** What systemd was told of the unit. */
function notices({ system }: ReturnType<typeof aBackupScene>): readonly string[] {
  return system.invocations.filter(({ program }) => program === "systemd-notify").map(({ args }) =>
    args.at(-1) ?? ""
  );
}

Deno.test("backUpInForeground() records a good backup last of all, and tells systemd that it lives from the beginning", async () => {
  const scene = aBackupScene();
  const { system, hands, job } = scene;
  system.variables.INVOCATION_ID = "1a";
  system.variables.NOTIFY_SOCKET = "/run/user/1000/systemd/notify";
  const last = await backUpInForeground(hands, { settle: nothing, load: () => job });
  assert.deepEqual(notices(scene), ["READY=1", "WATCHDOG=1"]);
  assert.equal(system.invocations[0]?.program, "systemd-notify");
  assert.equal(scene.events.at(-1), "write .ppm/backup.json");
  assert.deepEqual([last.outcome, last.kind, last.invocation], ["done", "good", "1a"]);
  const record = readRecord(system);
  assert.deepEqual(record.last, last);
  assert.equal(record.good?.snapshot, scene.restic.saved.at(-1)?.id);
  assert.deepEqual(record.expected, { entries: 3, bytes: 300 });
  assert.deepEqual(record.mine, [record.good?.snapshot, scene.claim.id]);
  assert.equal(record.open, null);
});

Deno.test("backUpInForeground() records what a run failed with, and keeps the good one of before and an open verdict", async () => {
  const good = aSnapshot("good", "2026-01-01T03:00", { identity: IDENTITY, lineage: "a" });
  const before = {
    snapshot: good.id,
    time: 1,
    entries: 3,
    bytes: 300,
    addedBytes: 0,
    downMs: 0,
    durationMs: 1,
  };
  const scene = aBackupScene({ snapshots: [good], record: { good: before } });
  scene.restic.answers.backup = (args) =>
    args.includes("--tag=ppm-good")
      ? { code: 1, stderr: "Fatal: unable to save: no space left on device\n" }
      : HOT;
  const last = await backUpInForeground(scene.hands, { settle: nothing, load: () => scene.job });
  assert.deepEqual([last.outcome, last.kind, last.snapshot], ["backup", null, null]);
  assert.match(last.message, /no space left/);
  const record = readRecord(scene.system);
  assert.deepEqual([record.last, record.good], [last, before]);
  assert.equal(record.open?.tags[1], "ppm-good");
  assert.deepEqual([...scene.down], ["ppm-recover.timer"]);
});

const HOT = {
  stdout: `${
    JSON.stringify({
      message_type: "summary",
      snapshot_id: "ab".repeat(32),
      total_files_processed: 1,
      total_bytes_processed: 1,
      data_added: 1,
    })
  }\n`,
};

Deno.test("backUpInForeground() records a suspect backup as a failure, and expects what it expected", async () => {
  const expected = { entries: 7, bytes: 300 };
  const scene = aBackupScene({ record: { expected } });
  const last = await backUpInForeground(scene.hands, { settle: nothing, load: () => scene.job });
  assert.deepEqual([last.outcome, last.kind], ["backup", "suspect"]);
  assert.match(last.hint ?? "", /ppm backup --accept/);
  const record = readRecord(scene.system);
  assert.deepEqual([record.good, record.expected, record.open], [null, expected, null]);
});

Deno.test("backUpInForeground() records that config.yml is wrong, with its exit code", async () => {
  const scene = aBackupScene();
  const last = await backUpInForeground(scene.hands, {
    settle: nothing,
    load: () => {
      throw new InvalidError([{ file: "config.yml", message: "no such thing" }]);
    },
  });
  assert.equal(last.outcome, "invalid");
  assert.deepEqual(readRecord(scene.system).last, last);
  assert.deepEqual(scene.events, ["write .ppm/lock", "write .ppm/backup.json"]);
});

Deno.test("backUpInForeground() takes a request of its own for each run, also for one that fails", async () => {
  const scene = aBackupScene({ record: { expected: { entries: 7, bytes: 300 } } });
  leaveRequest(scene.system, { accept: true, takeOver: false }, scene.hands.clock.now());
  scene.restic.answers.snapshots = () => ({ code: 1, stderr: "Fatal: connection refused\n" });
  assert.equal(
    (await backUpInForeground(scene.hands, { settle: nothing, load: () => scene.job })).outcome,
    "backup",
  );
  scene.restic.answers = {};
  assert.equal(
    (await backUpInForeground(scene.hands, { settle: nothing, load: () => scene.job })).kind,
    "suspect",
  );
});

Deno.test("backUpInForeground() waits for whoever holds the lock, and touches nothing before", async () => {
  const scene = aBackupScene();
  const lock = scene.system.tryLock("/home/app/.ppm/lock", "ppm setup, pid 7");
  scene.events.length = 0;
  const sleep = scene.hands.clock.sleep.bind(scene.hands.clock);
  scene.hands.clock.sleep = (ms, signal) => {
    if (signal === undefined && lock !== undefined) {
      assert.deepEqual(scene.events, []);
      lock.release();
    }
    return sleep(ms, signal);
  };
  assert.equal(
    (await backUpInForeground(scene.hands, { settle: nothing, load: () => scene.job })).outcome,
    "done",
  );
  assert.match(scene.stderr.text, /Waiting for the lock: it is held by ppm setup, pid 7/);
});

Deno.test("backUpInForeground() goes on where systemd does not hear that it lives", async () => {
  const scene = aBackupScene();
  scene.system.variables.NOTIFY_SOCKET = "/run/user/1000/systemd/notify";
  let told = 0;
  scene.system.program("systemd-notify", () => ({ code: told++ === 0 ? 0 : 1 }));
  assert.equal(
    (await backUpInForeground(scene.hands, { settle: nothing, load: () => scene.job })).outcome,
    "done",
  );
});

Deno.test("backUpInForeground() tells the neighbours of a good backup, and of no other", async () => {
  for (const [expected, told] of [[null, true], [{ entries: 7, bytes: 300 }, false]] as const) {
    const scene = aBackupScene({ record: { expected } });
    const path = "/var/lib/ppm/state/app/state.yml";
    scene.system.addFile(path, STATE_HEADER);
    const { size, modifiedMs, inode } = scene.system.lstat(path) ?? assert.fail();
    const stateFile = {
      path,
      told: "",
      sha256: "",
      mode: 0o644,
      size,
      modifiedMs,
      inode,
      origin: "ppm",
      changedMs: 0,
    };
    const job = { ...scene.job, manifest: { ...scene.job.manifest, stateFile } };
    await backUpInForeground(scene.hands, { settle: nothing, load: () => job });
    assert.equal(/^ {2}backup: /m.test(scene.system.files[path] ?? ""), told);
  }
});

Deno.test("backUpInForeground() has nothing to do for what was fenced, also while it waited for the lock, and says so", async () => {
  const scene = aBackupScene();
  const fence = { version: 1, purpose: "move", time: "2026-01-01T00:00:00Z", snapshot: null, data: false };
  scene.system.writeFile("/home/app/.ppm/fence.json", JSON.stringify(fence), 0o600);
  const last = await backUpInForeground(scene.hands, { settle: nothing, load: () => scene.job });
  assert.deepEqual([last.outcome, last.kind], ["done", null]);
  assert.match(last.message, /^Nothing to do: the application is fenced since 2026-01-01/);
  assert.deepEqual(scene.restic.saved, []);
});
