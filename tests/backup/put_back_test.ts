import assert from "node:assert/strict";
import { putBack } from "../../src/backup/put_back.ts";
import { readRecord, updateRecord } from "../../src/backup/record.ts";
import { restoreTo } from "../../src/backup/restore_to.ts";
import { type ExitName, UserError } from "../../src/errors.ts";
import { aBackupScene, IDENTITY } from "../support/backup_scene.ts";
import { makeRestorable, type RestoreOptions } from "../support/restorable.ts";
import { aClaim, aSnapshot } from "../support/snapshots.ts";

const HOME = "/home/app";

function aServer(
  options: RestoreOptions = {},
  snapshots = [aSnapshot("good", "2026-01-01T03:00", { identity: IDENTITY })],
) {
  const scene = aBackupScene({ snapshots });
  makeRestorable(scene, options);
  scene.system.addFile(`${HOME}/data/page`, "stands");
  scene.events.length = 0;
  return scene;
}

function request({ job }: ReturnType<typeof aServer>, wanted?: string) {
  return { backup: job.backup, identity: IDENTITY, manifest: job.manifest, wanted };
}

async function fails(promise: Promise<unknown>, exit: ExitName, message: RegExp) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    assert.equal(error.exit, exit);
    return true;
  });
}

Deno.test("putBack() restores and compares while the application runs, and stops it only for the renames", async () => {
  const scene = aServer();
  const { before, failure, otherSecrets } = await putBack(scene.hands, request(scene));
  const events = scene.events.map((event) => event.replace(/data\.restore-[0-9a-f]{8}/, "data.restore"));
  assert.deepEqual(events, [
    ...["restic snapshots", "restic ls", "restic restore", "find data"],
    ...["write .ppm/intent.json", "start ppm-recover.timer", "stop web.service db.service"],
    ...["write .ppm/backup.json", "write .ppm/swap.json"],
    "rename data to data.before-20260102T030405Z",
    "rename data.restore/data to data",
    "remove .ppm/swap.json",
    "reset-failed web.service db.service",
    ...["start web.service db.service", "remove .ppm/intent.json", "stop ppm-recover.timer"],
  ]);
  assert.equal(before, "data.before-20260102T030405Z");
  assert.deepEqual([failure, otherSecrets], [undefined, false]);
  assert.equal(scene.system.files[`${HOME}/data/page`], "restored");
  assert.equal(scene.system.files[`${HOME}/${before}/page`], "stands");
  assert.deepEqual(readRecord(scene.system).expected, { entries: 1, bytes: 8 });
  assert.equal(scene.lineage()?.counter, 1, "the lineage stays");
});

Deno.test("putBack() leaves the application stopped where other secrets have come back", async () => {
  const scene = aServer({ files: { ".ppm/secrets.yml": "new" } });
  scene.system.addFile(`${HOME}/.ppm/secrets.yml`, "old", 0o600);
  const { otherSecrets, downMs } = await putBack(scene.hands, request(scene));
  assert.deepEqual([otherSecrets, downMs], [true, null]);
  const from = scene.events.indexOf("write .ppm/intent.json");
  const events = scene.events.filter((event, at) => at >= from && /intent|swap|start|stop/.test(event));
  assert.deepEqual(events, [
    ...["write .ppm/intent.json", "start ppm-recover.timer", "stop web.target"],
    // From here on a kill leaves the new data with its secrets, and the application stopped.
    ...["write .ppm/swap.json", "remove .ppm/intent.json", "remove .ppm/swap.json", "stop ppm-recover.timer"],
  ]);
  assert.equal(scene.system.files[`${HOME}/.ppm/secrets.yml`], "new");
  assert.equal(scene.system.lstat(`${HOME}/.ppm/secrets.yml`)?.mode, 0o600);
  assert.equal(scene.system.files[`${HOME}/.ppm/overwritten/secrets.yml.1`], "old");
});

Deno.test("putBack() touches nothing where what came back is not what the snapshot lists", async () => {
  const scene = aServer({ damage: (files) => files.delete("data/page") });
  await fails(putBack(scene.hands, request(scene)), "backup", /data\/page: it is missing/);
  assert.equal(scene.system.files[`${HOME}/data/page`], "stands");
  assert.ok(!scene.events.some((event) => /^(stop|rename)/.test(event)));
});

Deno.test("putBack() refuses on a server after whose claim another one restored, and on a copied disk", async () => {
  const good = aSnapshot("good", "2026-01-01T03:00", { identity: IDENTITY });
  const rivalled = aServer({}, [good, aClaim("b", 2, { identity: IDENTITY })]);
  await fails(putBack(rivalled.hands, request(rivalled)), "refused", /"server-b" claimed them/);
  const copied = aServer();
  copied.system.addFile("/etc/machine-id", `${"2".repeat(32)}\n`);
  await fails(putBack(copied.hands, request(copied)), "refused", /the disk was copied or moved/);
  for (const { events } of [rivalled, copied]) assert.deepEqual(events, ["restic snapshots"]);
});

Deno.test("putBack() brings data back on a server that has lost its lineage: it writes nothing to the repository", async () => {
  const scene = aServer();
  scene.system.removeFile(`${HOME}/.ppm/lineage.json`);
  await putBack(scene.hands, request(scene));
  assert.equal(scene.system.files[`${HOME}/data/page`], "restored");
  assert.deepEqual(scene.restic.saved, []);
});

Deno.test("putBack() chooses the newest good snapshot, and another one only by its id, with a warning", async () => {
  const good = aSnapshot("good", "2026-01-01T03:00", { identity: IDENTITY });
  const suspect = aSnapshot("suspect", "2026-01-01T04:00", { identity: IDENTITY, id: "5".repeat(64) });
  const future = aSnapshot("good", "2027-01-01T03:00", { identity: IDENTITY });
  const foreign = aSnapshot("good", "2026-01-01T05:00", { id: "7".repeat(64) });
  const scene = aServer({}, [good, suspect, future, foreign]);
  assert.equal((await putBack(scene.hands, request(scene))).snapshot.id, good.id);
  assert.equal((await putBack(scene.hands, request(scene, "555"))).snapshot.id, suspect.id);
  assert.match(scene.stderr.text, /The snapshot 55555555 does not count as good: it is suspect/);
  await fails(putBack(scene.hands, request(scene, "777")), "refused", /made from another definition/);
  await fails(putBack(scene.hands, request(scene, "9")), "backup", /none whose id begins so/);
});

Deno.test("putBack() finishes first what an interrupted restore had begun", async () => {
  const scene = aServer();
  const staging = "data.restore-0a1b2c3d";
  scene.system.addFile(`${HOME}/${staging}/data/page`, "begun");
  const swap = { version: 1, staging, before: "data.before-20260101T000000Z" };
  scene.system.addFile(`${HOME}/.ppm/swap.json`, JSON.stringify(swap));
  await putBack(scene.hands, request(scene));
  assert.equal(scene.system.files[`${HOME}/data.before-20260102T030405Z/page`], "begun");
  assert.equal(scene.system.files[`${HOME}/data.before-20260101T000000Z/page`], "stands");
});

Deno.test("restoreTo() restores into a directory that is new or empty, stops nothing and claims nothing", async () => {
  const scene = aServer();
  await restoreTo(scene.hands, request(scene), "/home/app/look");
  assert.equal(scene.system.files["/home/app/look/data/page"], "restored");
  assert.equal(scene.system.files[`${HOME}/data/page`], "stands");
  assert.ok(!scene.events.some((event) => /^(stop|start|write|rename)/.test(event)), scene.events.join("\n"));
  assert.deepEqual(scene.restic.saved, []);
  await fails(restoreTo(scene.hands, request(scene), "/home/app/look"), "refused", /it is not empty/);
  scene.system.addFile(`${HOME}/page`, "a file");
  await fails(restoreTo(scene.hands, request(scene), `${HOME}/page`), "refused", /it is not a directory/);
  await fails(
    restoreTo(scene.hands, request(scene), `${HOME}/a/b`),
    "refused",
    /\/home\/app\/a is no directory/,
  );
});

Deno.test("restoreTo() puts nothing where it would be taken for the application's", async () => {
  const scene = aServer();
  delete scene.system.files[`${HOME}/data/page`];
  for (const name of ["data", "data/look", ".ppm", ".ppm/look"]) {
    await fails(
      restoreTo(scene.hands, request(scene), `${HOME}/${name}`),
      "refused",
      /the application's own/,
    );
  }
  await restoreTo(scene.hands, request(scene), `${HOME}/data.look`);
});

Deno.test("putBack() removes what killed restores have left, inside podman unshare where there is one", async () => {
  const scene = aServer();
  scene.system.addFile("/etc/subuid", "app:100000:65536\n");
  scene.system.addFile(`${HOME}/data.restore-0badc0de/data/x`, "half");
  scene.system.program("podman", (args) => {
    assert.match(args.join(" "), / rm .* -- \/home\/app\/data\.restore-0badc0de$/s);
    scene.system.removeTree(args.at(-1) ?? "");
    return {};
  });
  await putBack(scene.hands, request(scene));
  assert.equal(scene.system.lstat(`${HOME}/data.restore-0badc0de`), undefined);
});

Deno.test("putBack() does not believe a snapshot of which this server has left undecided whether it is whole", async () => {
  const identity = IDENTITY;
  const whole = aSnapshot("good", "2026-01-01T03:00", { identity, lineage: "a" });
  const undecided = aSnapshot("good", "2026-01-02T03:00", { identity, lineage: "a" });
  const scene = aServer({}, [whole, undecided]);
  assert.equal((await putBack(scene.hands, request(scene))).snapshot.id, undecided.id);
  updateRecord(scene.system, { open: { since: undecided.timeMs - 1000, tags: [] } });
  assert.equal((await putBack(scene.hands, request(scene))).snapshot.id, whole.id);
});
