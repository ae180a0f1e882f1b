import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { writeFence } from "../../src/backup/fence.ts";
import { writeLineage } from "../../src/backup/lineage.ts";
import { lowerFence, raiseFence } from "../../src/remove/raise_fence.ts";
import { previewRemoval, remove } from "../../src/remove/remove.ts";
import { finishInterrupted, isInterrupted } from "../../src/upgrade/interrupted.ts";
import { IDENTITY } from "../support/backup_scene.ts";
import { aClaim, aSnapshot } from "../support/snapshots.ts";
import { aStandingScene, HOME } from "./scene.ts";

type Scene = Awaited<ReturnType<typeof aStandingScene>>;

const STAYS = [".ppm/RECOVER.md", ".ppm/key", ".ppm/lineage.json"];

/** Fences the scene for its move. */
function fenced({ hands, manifest, job }: Scene) {
  return raiseFence(hands, { manifest: manifest(), backup: job.backup, purpose: "move", data: false });
}

/** Lets another server claim the backups; it has restored `id`, or nothing that is known. */
function claimElsewhere({ restic }: Scene): void {
  restic.snapshots.push(aClaim("b", 2, { identity: IDENTITY }));
}

/** What systemd was told. */
function told({ events }: Scene): readonly string[] {
  return events.filter((event) => /^(start|stop|restart|disable|daemon-reload)/.test(event));
}

Deno.test("remove() saves, proves, stops, disables, removes and forgets, in that order, and leaves what belongs to the data", async () => {
  const scene = await aStandingScene();
  const removed = await remove(scene.hands, scene.request);
  const { events, system } = scene;
  const order = [
    /^restic backup good/,
    /^write \.ppm\/hold/,
    /^restic restore/,
    /^write \.ppm\/fence\.json/,
    /^remove \.ppm\/intent\.json/,
    /^disable web\.target|^disable /,
    /^remove \.config\/systemd\/user\/web\.service/,
    /^daemon-reload/,
    /^remove \.ppm\/fence\.json/,
  ];
  const places = order.map((pattern) => events.findIndex((event) => pattern.test(event)));
  deepStrictEqual(places, places.toSorted((a, b) => a - b), events.join("\n"));
  ok(!places.includes(-1), `${places}\n${events.join("\n")}`);
  ok(
    scene.restic.snapshots.some(({ id, kind }) => kind === "good" && id.startsWith(removed?.snapshot ?? "?")),
  );
  deepStrictEqual(scene.left().filter((path) => !path.startsWith(".ppm/lock")), ["data", ...STAYS]);
  strictEqual(system.lstat(`${HOME}/.config/systemd/user/web.service`), undefined);
  deepStrictEqual([...scene.manager.active].filter((unit) => unit.startsWith("web")), []);
  strictEqual(await remove(scene.hands, scene.request), undefined, "nothing is left to do");
});

Deno.test("remove() with data leaves nothing of data/ and .ppm/ but what was kept aside", async () => {
  const scene = await aStandingScene();
  scene.system.addFile(`${HOME}/.config/systemd/user/web.service`, "[Service]\nExecStart=mine\n");
  scene.system.addFile(`${HOME}/data.before-20260101T000000Z/x`, "old");
  await remove(scene.hands, { ...scene.request, data: true });
  deepStrictEqual(scene.left(), ["data.before-20260101T000000Z", ".ppm/overwritten"]);
  match(scene.stderr.text, /data\.before-20260101T000000Z stays: it was kept aside/);
  match(scene.stderr.text, /overwritten\/.*web\.service.* stays: it was kept aside/);
});

Deno.test("remove() that cannot prove its backup removes nothing, starts what ran, and says how to go on without", async () => {
  const scene = await aStandingScene();
  scene.restic.answers.restore = () => ({ code: 1, stderr: "Fatal: damaged\n" });
  await rejects(remove(scene.hands, scene.request), (error: Error & { exit?: string; hint?: string }) => {
    strictEqual(error.exit, "refused");
    match(error.message, /^Cannot remove "web" without a proven backup\. /);
    match(error.hint ?? "", /ppm remove --without-backup$/);
    return true;
  });
  strictEqual(scene.fence(), undefined);
  deepStrictEqual(scene.left().includes(".ppm/hold"), false);
  ok(scene.manager.active.has("web.service") && scene.manager.active.has("db.service"));
  ok(!told(scene).some((event) => event.startsWith("disable")));
  deepStrictEqual(scene.stagings(), []);
});

/** Lets nothing more be written after so many writes, as if ppm were dead; returns what ends that. */
function mortal(system: Scene["system"], writes: number): () => void {
  let count = 0;
  const write = system.writeFile.bind(system);
  const removeFile = system.removeFile.bind(system);
  const removeTree = system.removeTree.bind(system);
  const live = (path: string) => {
    if (!path.endsWith(".lock") && ++count > writes) throw new Error("killed"); // a lock ends with its process
  };
  system.writeFile = (path, content, mode) => (live(path), write(path, content, mode));
  system.removeFile = (path) => (live(path), removeFile(path));
  system.removeTree = (path) => (live(path), removeTree(path));
  return () => {
    count = -Infinity;
  };
}

Deno.test("remove() goes on from wherever it was killed, without another backup", async () => {
  const whole = await aStandingScene();
  await remove(whole.hands, { ...whole.request, data: true });
  const end = whole.left();
  const writes = whole.events.filter((event) => /^(write|remove|rename)/.test(event)).length;
  for (let at = 1; at <= writes; at++) {
    const scene = await aStandingScene();
    const request = { ...scene.request, data: true };
    const { system } = scene;
    const revive = mortal(system, at);
    await remove(scene.hands, request).catch(() => {});
    revive();
    const before = scene.restic.commands.filter((line) => line.startsWith("backup")).length;
    const standing = scene.fence();
    await finishInterrupted(scene.hands);
    if (standing !== undefined) {
      ok(!scene.manager.active.has("web.service"), `${at}: what is being removed runs`);
    }
    await remove(scene.hands, request);
    deepStrictEqual(scene.left(), end, `after ${at} writes`);
    const after = scene.restic.commands.filter((line) => line.startsWith("backup")).length;
    if (standing !== undefined) strictEqual(after, before, `${at}: another backup`);
  }
});

Deno.test("remove() asks for a word before it takes data that no snapshot holds", async () => {
  const scene = await aStandingScene({ backedUp: false });
  const data = { ...scene.request, data: true };
  await rejects(remove(scene.hands, data), {
    exit: "refused",
    message: /backups_none\), so no snapshot holds it/,
  });
  deepStrictEqual(told(scene), []);
  await remove(scene.hands, scene.request);
  ok(scene.left().includes("data"));
  await rejects(remove(scene.hands, data), {
    exit: "refused",
    message: /nothing is set up, so nobody can back it up/,
  });
  await remove(scene.hands, { ...data, withoutBackup: true });
  ok(!scene.left().includes("data"));
});

Deno.test("remove() of an application whose backups somebody else has claimed is refused before anything is stopped", async () => {
  const scene = await aStandingScene();
  claimElsewhere(scene);
  await rejects(remove(scene.hands, scene.request), {
    exit: "refused",
    message: /the server "server-b" claimed them/,
  });
  deepStrictEqual(told(scene), []);
});

Deno.test("remove() of a fenced application that another server has claimed makes no other backup, and says why", async () => {
  const scene = await aStandingScene();
  await fenced(scene);
  claimElsewhere(scene);
  const before = scene.restic.commands.filter((line) => line.startsWith("backup")).length;
  await remove(scene.hands, { ...scene.request, data: true });
  strictEqual(scene.restic.commands.filter((line) => line.startsWith("backup")).length, before);
  match(
    scene.stderr.text,
    /No backup is needed: the server "server-b" claimed them .*, and the snapshot [0-9a-f]{8} is there/,
  );
  deepStrictEqual(scene.left(), []);
});

Deno.test("remove() does not take a claim alone for a proof", async () => {
  const scene = await aStandingScene();
  await fenced(scene);
  claimElsewhere(scene);
  scene.restic.snapshots = scene.restic.snapshots.filter(({ kind }) => kind === "claim");
  await rejects(remove(scene.hands, scene.request), {
    exit: "refused",
    message: /holds no good snapshot of it/,
  });
  strictEqual(scene.fence()?.purpose, "move", "the fence stays");
  scene.restic.snapshots.push(aSnapshot("good", "2026-02-01T03:00", { identity: IDENTITY, lineage: "b" }));
  await remove(scene.hands, scene.request);
});

Deno.test("remove() of a fenced application that nobody has claimed saves once more", async () => {
  const scene = await aStandingScene();
  const { snapshot } = await fenced(scene);
  const removed = await remove(scene.hands, scene.request);
  ok(removed?.snapshot !== null && removed?.snapshot !== snapshot);
});

Deno.test("remove() takes data/ in a removal that was begun without only over a snapshot", async () => {
  const scene = await aStandingScene();
  writeFence(scene.system, {
    version: 1,
    purpose: "remove",
    time: "2026-01-01T00:00:00Z",
    snapshot: null,
    data: false,
  });
  const data = { ...scene.request, data: true };
  await rejects(remove(scene.hands, data), { exit: "refused", message: /begun without a backup of it/ });
  await remove(scene.hands, { ...data, withoutBackup: true });
  deepStrictEqual(scene.left(), []);
});

Deno.test("previewRemoval() changes nothing, and shows every step", async () => {
  const scene = await aStandingScene();
  const before = JSON.stringify(scene.system.files);
  const preview = await previewRemoval(scene.hands, { ...scene.request, data: true });
  strictEqual(JSON.stringify(scene.system.files), before);
  strictEqual(preview?.ground.kind, "save");
  const kinds = new Set(preview?.steps.map(({ kind }) => kind));
  for (
    const kind of [
      "stop-units",
      "disable-units",
      "remove-file",
      "reload-manager",
      "withdraw-state",
      "remove-data",
    ]
  ) {
    ok([...kinds].some((each) => each === kind), kind);
  }
});

Deno.test("raiseFence() leaves nothing running that anybody would start again, and lowerFence() lets it", async () => {
  const scene = await aStandingScene();
  const { purpose, snapshot } = await fenced(scene);
  deepStrictEqual([purpose, scene.fence()?.snapshot], ["move", snapshot]);
  strictEqual(isInterrupted(scene.system), false, "it is no interruption");
  scene.system.removeFile(`${HOME}/.ppm/hold`);
  await finishInterrupted(scene.hands);
  ok(scene.left().includes(".ppm/hold"), "the hold comes back");
  ok(!scene.manager.active.has("web.service"));
  await lowerFence(scene.system, scene.manifest());
  ok(!scene.left().some((path) => /hold|fence/.test(path)));
});

Deno.test("raiseFence() of an application that is stopped, or not backed up, holds it all the same", async () => {
  const stopped = await aStandingScene({ stopped: ["web.service", "db.service"] });
  ok((await fenced(stopped)).snapshot !== null);
  const bare = await aStandingScene({ backedUp: false });
  strictEqual((await fenced(bare)).snapshot, null);
  ok(!bare.manager.active.has("web.service"));
});

Deno.test("finishInterrupted() starts nothing of an intent that a fence was raised after", async () => {
  const scene = await aStandingScene();
  await fenced(scene);
  const intent = {
    version: 1,
    operation: "fence",
    units: ["web.service"],
    boot: "boot-1",
    time: "2026-01-01T00:00:00Z",
  };
  scene.system.writeFile(`${HOME}/.ppm/intent.json`, JSON.stringify(intent), 0o600);
  strictEqual((await finishInterrupted(scene.hands)).any, true);
  ok(!scene.manager.active.has("web.service"));
  ok(!scene.left().includes(".ppm/intent.json"));
});

Deno.test("remove() of a fenced application is refused where its claim has the number of another's", async () => {
  const scene = await aStandingScene();
  await fenced(scene);
  writeLineage(scene.system, {
    version: 1,
    lineage: "c",
    counter: 1,
    claimed: true,
    fresh: false,
    repository: null,
  });
  await rejects(remove(scene.hands, scene.request), { exit: "refused" });
});
