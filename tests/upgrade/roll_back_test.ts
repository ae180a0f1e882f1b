import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { updateGenerationRecord } from "../../src/apply/generation_record.ts";
import { UserError } from "../../src/errors.ts";
import { rollBack, type RollbackJob } from "../../src/upgrade/roll_back.ts";
import { quarantine } from "../../src/upgrade/upgrades.ts";
import { FakePodman } from "../support/fake_podman.ts";
import { anUpgradeScene, ONE, SAVED, THREE, TWO, type Version } from "../support/upgrade_scene.ts";

const UNIT = ".config/systemd/user/web.service";

/** Generation 2 stands, of the commit 2; upstream is at 3 by now. */
async function aScene({ first = {}, second = {}, stopped = [] as readonly string[] } = {}) {
  const scene = await anUpgradeScene({ first, stopped });
  await scene.setUp({ commit: TWO, web: "two", ...second });
  scene.events.length = 0;
  const back = (changes: Partial<RollbackJob> = {}) =>
    rollBack(scene.hands, {
      manifest: scene.manifest(),
      goal: 1,
      goalCommit: ONE,
      snapshot: null,
      revision: undefined,
      ...changes,
    });
  return { ...scene, back };
}

Deno.test("rollBack() journals first, holds before the first file, and leaves records before the journal goes", async () => {
  const scene = await aScene();
  deepStrictEqual(await scene.back(), { failedData: null, failure: undefined });
  deepStrictEqual(scene.events, [
    "start ppm-recover.timer",
    "write .ppm/switch.json (returning)",
    "write .ppm/upgrades.json",
    "write .ppm/hold",
    ...["start ppm-recover.timer", "stop web.service db.service"],
    ...["write .ppm/move.json", "checkout 1", "remove .ppm/move.json"],
    ...["write .ppm/manifest.json", `write ${UNIT}`, "daemon-reload", "write .ppm/manifest.json"],
    "remove .ppm/hold",
    ...["reset-failed web.service db.service", "start web.service db.service"],
    ...["write .ppm/generations/2/record.json", "write .ppm/generations/1/record.json"],
    "write .ppm/upgrades.json",
    ...["remove .ppm/switch.json", "stop ppm-recover.timer"],
  ]);
});

Deno.test("rollBack() leaves data as it is, gives the old number back, and says of the generation that it was left", async () => {
  const scene = await aScene();
  await scene.back();
  deepStrictEqual([scene.text("data/page"), scene.git.head], ["x", ONE]);
  match(scene.text(UNIT), /one/);
  deepStrictEqual([scene.manifest().generation, scene.manifest().newest], [1, 2]);
  deepStrictEqual([scene.record(2).outcome, scene.record(2).left?.for, scene.record(2).failedData], [
    "done",
    1,
    null,
  ]);
});

Deno.test("rollBack() keeps the timer from what was left and from what upstream has, and not from what stands again", async () => {
  const scene = await aScene();
  quarantine(scene.system, [{ commit: ONE, time: "", why: "it failed" }]);
  await scene.back();
  const entries = scene.upgrades().quarantine;
  deepStrictEqual(entries.map(({ commit, why }) => [commit, why]), [
    [THREE, "a rollback to generation 1 has left it"],
    [TWO, "a rollback to generation 1 has left it"],
  ]);
});

Deno.test("rollBack() to a generation of the same commit leaves no commit alone that stands", async () => {
  const scene = await aScene({ second: { commit: ONE } });
  scene.git.tip = ONE;
  await scene.back();
  deepStrictEqual(scene.upgrades().quarantine, []);
});

Deno.test("rollBack() makes a generation one that was not left where it stands again", async () => {
  const scene = await aScene();
  updateGenerationRecord(scene.system, 1, { left: { for: 2, time: "" } });
  await scene.back();
  strictEqual(scene.record(1).left, null);
});

Deno.test("rollBack() with the data keeps what stood there as data.before-TIME", async () => {
  const scene = await aScene();
  const { failedData } = await scene.back({ snapshot: SAVED });
  strictEqual(failedData, "data.before-20260102T030405Z");
  strictEqual(scene.text("data/page"), "restored");
  strictEqual(scene.text(`${failedData}/page`), "x");
  const order = scene.events.filter((event) =>
    /^(stop web|restic restore|rename data |checkout|write .config|start web)/.test(event)
  );
  deepStrictEqual(order, [
    "stop web.service db.service",
    "restic restore",
    "rename data to data.before-20260102T030405Z",
    "checkout 1",
    `write ${UNIT}`,
    "start web.service db.service",
  ]);
});

Deno.test("rollBack() starts nothing where nothing ran, and nothing that somebody has stopped", async () => {
  const none = await aScene({ stopped: ["web.service", "db.service"] });
  await none.back();
  ok(!none.events.some((event) => /^start web/.test(event)));
  const one = await aScene({ stopped: ["db.service"] });
  await one.back();
  ok(one.events.includes("start web.service"));
});

Deno.test("rollBack() brings images back by what their names meant", async () => {
  const image = "example.org/web:1";
  const scene = await aScene({ first: { image }, second: { image } });
  updateGenerationRecord(scene.system, 1, { images: [{ name: image, id: "old", digest: null }] });
  const podman = new FakePodman({ [image]: "new", "example.org/kept": "old" });
  scene.system.program("podman", podman.run);
  await scene.back();
  strictEqual(podman.images[image], "old");
});

Deno.test("rollBack() ends in the old generation also where that is not well, and says so", async () => {
  const scene = await aScene({ first: { web: "broken" } });
  const { failure } = await scene.back();
  match(failure?.message ?? "", /Cannot start "web": not up: web\.service/);
  deepStrictEqual([scene.manifest().generation, scene.switched()], [1, undefined]);
});

Deno.test("rollBack() that cannot go on leaves the journal, the hold and the timer, and nothing running", async () => {
  const scene = await aScene();
  scene.git.full = true;
  await rejects(scene.back(), (error) => {
    ok(error instanceof UserError);
    match(error.message, /^Cannot go back to generation 1 yet: /);
    match(error.hint ?? "", /The application is stopped until then; ppm-recover\.timer tries again/);
    return true;
  });
  strictEqual(scene.switched()?.phase, "returning");
  ok(scene.system.lstat("/home/app/.ppm/hold"));
  strictEqual(scene.manager.active.has("web.service"), false);
  ok(!scene.events.includes("stop ppm-recover.timer"));
});

Deno.test("rollBack() touches nothing where the generation is damaged", async () => {
  const scene = await aScene();
  scene.system.removeFile("/home/app/.ppm/generations/1/generation.json");
  scene.events.length = 0;
  await rejects(scene.back(), /is damaged or missing/);
  deepStrictEqual(scene.events, []);
});

Deno.test("rollBack() stops what runs of the generation that comes back, too, before anything is replaced", async () => {
  const scene = await aScene({ second: { db: false } });
  scene.manager.active.add("db.service"); // started by hand
  await scene.back({ snapshot: SAVED });
  const at = scene.events.indexOf("stop db.service");
  ok(at >= 0 && at < scene.events.indexOf("restic restore"), scene.events.join("\n"));
});

const RENAMED: Partial<Version> = { mainunit: "site" };

Deno.test("rollBack() starts the old target where the one that is left is called otherwise", async () => {
  const scene = await aScene({ second: RENAMED });
  await scene.back();
  ok(scene.events.includes("start web.target web.service db.service"), scene.events.join("\n"));
});
