import assert from "node:assert/strict";
import { drill } from "../../src/backup/drill.ts";
import { readDrill } from "../../src/backup/drill_record.ts";
import { UserError } from "../../src/errors.ts";
import { aBackupScene, IDENTITY } from "../support/backup_scene.ts";
import { makeRestorable, type RestoreOptions } from "../support/restorable.ts";
import { aSnapshot } from "../support/snapshots.ts";

const HOME = "/home/app";
const GOOD = aSnapshot("good", "2026-01-01T03:00", { identity: IDENTITY });

function aServer(options: RestoreOptions = {}, snapshots = [GOOD]) {
  const scene = aBackupScene({ snapshots });
  makeRestorable(scene, options);
  scene.events.length = 0;
  return scene;
}

function run({ hands, job }: ReturnType<typeof aServer>) {
  return drill(hands, { backup: job.backup, identity: IDENTITY });
}

/** What is left of drills. */
function left({ system }: ReturnType<typeof aServer>): readonly string[] {
  return (system.readDirectory(HOME) ?? []).filter((name) => name.startsWith("data."));
}

Deno.test("drill() restores beside, compares, removes that again, and records it; nothing is stopped", async () => {
  const scene = aServer();
  scene.system.addFile(`${HOME}/data.drill-0badc0de/data/x`, "of a killed one");
  scene.events.length = 0;
  const record = await run(scene);
  assert.deepEqual([record.outcome, record.snapshot, record.entries, record.bytes], ["done", GOOD.id, 1, 8]);
  assert.deepEqual(readDrill(scene.system), record);
  assert.deepEqual(left(scene), []);
  assert.equal(scene.system.files[`${HOME}/data/page`], "x");
  assert.ok(!scene.events.some((event) => /^(stop|start|rename)/.test(event)));
  assert.ok(scene.restic.commands.some((line) => line.startsWith("restore --json --verify")));
});

Deno.test("drill() records what it failed with, and removes what came back all the same", async () => {
  const scene = aServer({ damage: (files) => files.delete("data/page") });
  await assert.rejects(run(scene), { exit: "backup", message: /data\/page: it is missing/ });
  const record = readDrill(scene.system);
  assert.deepEqual([record?.outcome, record?.snapshot], ["backup", GOOD.id]);
  assert.match(record?.message ?? "", /it is missing/);
  assert.deepEqual(left(scene), []);
});

Deno.test("drill() tells what it failed with where that cannot be recorded", async () => {
  const scene = aServer({}, [{ ...GOOD, kind: "suspect" }]);
  const { system } = scene;
  const write = system.writeFile.bind(system);
  system.writeFile = (path, ...rest) => {
    if (path.endsWith("/drill.json")) throw new UserError("Cannot write: the disk is full");
    write(path, ...rest);
  };
  await assert.rejects(run(scene), { message: /Cannot find a good snapshot/ });
  assert.match(scene.stderr.text, /the disk is full/);
});

Deno.test("drill() fails, and says so, where there is no good snapshot", async () => {
  const scene = aServer({}, [{ ...GOOD, kind: "suspect" }]);
  await assert.rejects(run(scene), { message: /Cannot find a good snapshot/ });
  assert.equal(readDrill(scene.system)?.outcome, "backup");
});

Deno.test("drill() runs beside backups, and not beside another drill", async () => {
  const scene = aServer();
  scene.system.tryLock(`${HOME}/.ppm/lock`, "ppm backup, pid 7");
  const lock = scene.system.tryLock(`${HOME}/.ppm/drill.lock`, "ppm drill, pid 8");
  await assert.rejects(run(scene), (error) => error instanceof UserError && error.exit === "locked");
  assert.equal(readDrill(scene.system), undefined);
  lock?.release();
  assert.equal((await run(scene)).outcome, "done");
});
