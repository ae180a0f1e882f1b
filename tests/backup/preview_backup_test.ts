import assert from "node:assert/strict";
import { previewBackup, previewLines } from "../../src/backup/preview_backup.ts";
import { PLAIN_REQUEST } from "../../src/backup/request.ts";
import { ReadOnlySystem } from "../../src/host/read_only_system.ts";
import { aBackupScene, IDENTITY } from "../support/backup_scene.ts";
import { aClaim } from "../support/snapshots.ts";

function preview({ hands, job }: ReturnType<typeof aBackupScene>, request = PLAIN_REQUEST) {
  return previewBackup({ ...hands, system: new ReadOnlySystem(hands.system) }, job, request);
}

Deno.test("previewBackup() looks at what a backup looks at, and changes nothing", async () => {
  const scene = aBackupScene({ record: { expected: { entries: 7, bytes: 300 } } });
  const before = scene.system.files;
  const seen = await preview(scene);
  assert.deepEqual(seen, {
    saved: ["data", ".ppm"],
    entries: 3,
    bytes: 300,
    unshare: false,
    kind: "suspect",
    why: "data/ has 3 entries, and had 7 when it was last known to be right",
    hot: true,
    stopped: ["web.service", "db.service"],
    snapshots: 1,
    claims: false,
  });
  assert.match(previewLines(seen).join("\n"), /suspect/);
  assert.equal((await preview(scene, { accept: true, takeOver: false })).kind, "good");
  assert.deepEqual(scene.system.files, before);
  assert.deepEqual(scene.restic.saved, []);
});

Deno.test("previewBackup() fails where a backup would, before it had stopped anything", async () => {
  const gone = aBackupScene();
  gone.system.removeTree("/home/app/data");
  await assert.rejects(preview(gone), { exit: "refused", message: /it does not exist/ });
  const rivalled = aBackupScene({ snapshots: [aClaim("b", 2, { identity: IDENTITY })] });
  await assert.rejects(preview(rivalled), { exit: "refused", message: /"server-b" claimed them/ });
  assert.equal((await preview(rivalled, { accept: false, takeOver: true })).claims, true);
  const silent = aBackupScene();
  silent.restic.answers.snapshots = () => ({ code: 1, stderr: "Fatal: connection refused\n" });
  await assert.rejects(preview(silent), { exit: "backup" });
});

Deno.test("previewBackup() stops nothing where the policy says so, and claims what nobody has", async () => {
  const scene = aBackupScene({ policy: { stop: false } });
  scene.system.removeFile("/home/app/.ppm/lineage.json");
  scene.restic.snapshots = [];
  const { stopped, hot, claims } = await preview(scene);
  assert.deepEqual([stopped, hot, claims], [[], false, true]);
});
