import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { withdraw } from "../../src/backup/intent.ts";
import { type ExitName, UserError } from "../../src/errors.ts";
import { getReady, type UpgradeJob } from "../../src/upgrade/get_ready.ts";
import { FakePodman } from "../support/fake_podman.ts";
import { anUpgradeScene, TWO } from "../support/upgrade_scene.ts";

type Scene = Awaited<ReturnType<typeof anUpgradeScene>>;

const GOOD = { commit: TWO, web: "two" };
const IMAGE = "example.org/web:1";

/** A scene whose application runs a container, and a registry that has a newer image. */
async function withImage(registry: Readonly<Record<string, string>> = { [IMAGE]: "new" }) {
  const scene = await anUpgradeScene({ first: { image: IMAGE } });
  const podman = new FakePodman({ [IMAGE]: "old", kept: "old" }, registry);
  scene.system.program("podman", podman.run);
  return { scene, podman, job: await scene.upgradeTo({ ...GOOD, image: IMAGE }) };
}

async function fails(scene: Scene, job: UpgradeJob, exit: ExitName, message: RegExp): Promise<void> {
  await rejects(getReady(scene.hands, job), (error) => {
    ok(error instanceof UserError, String(error));
    match(error.message, message);
    strictEqual(error.exit, exit);
    return true;
  });
  strictEqual(scene.switched(), undefined);
  for (const name of ["spare", "intent.json", "hold"]) {
    strictEqual(scene.system.lstat(`/home/app/.ppm/${name}`), undefined, name);
  }
}

function isRunning({ manager }: Scene): boolean {
  return manager.active.has("web.service") && manager.active.has("db.service");
}

Deno.test("getReady() journals all that whoever finds it needs to know", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo(GOOD, {
    accepted: { commit: TWO, revision: "main" },
    scheduled: true,
  });
  const { begun, start } = await getReady(scene.hands, job);
  deepStrictEqual(begun, scene.switched());
  deepStrictEqual(begun, {
    version: 1,
    operation: "upgrade",
    phase: "switching",
    goal: 1,
    other: 2,
    commit: TWO,
    revision: "main",
    units: ["web.service", "db.service"],
    tried: ["web.service", "db.service"],
    snapshot: scene.restic.snapshots.at(-1)?.id,
    restoresData: false,
    why: null,
    failedData: null,
    config: begun.config,
    scheduled: true,
    attempt: 1,
    told: null,
    time: begun.time,
  });
  deepStrictEqual(start, { tried: begun.tried, restart: ["web.service"] });
  ok(!isRunning(scene), "nothing may write after the snapshot");
  strictEqual(scene.system.lstat("/home/app/.ppm/intent.json"), undefined);
});

Deno.test("getReady() saves with the application stopped and after a hot pass, whatever the policy says of backups", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo(GOOD);
  const { desired } = job.prepared;
  const backup = desired.backup && { ...desired.backup, stop: false, hot: false };
  await getReady(scene.hands, { ...job, prepared: { ...job.prepared, desired: { ...desired, backup } } });
  const events = scene.events.filter((event) => /^(restic backup|stop)/.test(event));
  deepStrictEqual(events, ["restic backup hot", "stop web.service db.service", "restic backup good"]);
});

Deno.test("getReady() pulls while the application runs, and lets names mean what they meant until the switch", async () => {
  const { scene, podman, job } = await withImage();
  const { start, images } = await getReady(scene.hands, job);
  strictEqual(podman.images[IMAGE], "old");
  deepStrictEqual(images.map(({ name, id }) => [name, id]), [[IMAGE, "new"]]);
  deepStrictEqual(scene.record(1).images.map(({ name, id }) => [name, id]), [[IMAGE, "old"]]);
  deepStrictEqual(start.restart, ["web.service"], "once, though its file changes as well");
  const commands = scene.system.commands.filter((line) =>
    /podman pull|restic.* backup|systemctl.* stop/.test(line)
  );
  match(commands[0] ?? "", /^podman pull/);
});

Deno.test("getReady() touches nothing where an image cannot be had", async () => {
  const { scene, job } = await withImage({});
  await fails(scene, job, "failed", /Cannot pull the image example\.org\/web:1/);
  deepStrictEqual(scene.events, [
    "write .ppm/generations/1/record.json",
    "write .ppm/pull.json",
    "remove .ppm/pull.json",
  ]);
  ok(isRunning(scene));
});

Deno.test("getReady() touches nothing where there would be no way back", async () => {
  const { scene, podman, job } = await withImage();
  scene.system.removeFile("/home/app/.ppm/generations/1/generation.json");
  scene.events.length = 0;
  await fails(
    scene,
    job,
    "failed",
    /no way back\. Cannot go back to generation 1: .*generation\.json is damaged or missing/,
  );
  deepStrictEqual([scene.events, podman.images[IMAGE]], [[], "old"]);
});

Deno.test("getReady() asks whether the files of the generation could be put back before anything else", async () => {
  const { scene, podman, job } = await withImage();
  scene.system.owners.delete("/var/lib/ppm/state");
  await fails(scene, job, "failed", /Cannot publish the state file/);
  deepStrictEqual([scene.events, podman.images[IMAGE]], [[], "old"]);
});

Deno.test("getReady() gives names back what they meant where the data cannot be saved, and has it all running", async () => {
  const { scene, podman, job } = await withImage();
  scene.restic.answers.backup = () => ({ code: 1, stderr: "Fatal: no room" });
  await fails(scene, job, "backup", /no room/);
  strictEqual(podman.images[IMAGE], "old");
  ok(isRunning(scene));
});

Deno.test("getReady() has it all running again where only the pass that counts fails", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo(GOOD);
  const hot = scene.restic.run;
  scene.system.program(
    "restic",
    (args, invocation) =>
      args.includes("--tag=ppm-good") ? { code: 1, stderr: "Fatal: gone" } : hot(args, invocation),
  );
  await fails(scene, job, "backup", /gone/);
  ok(scene.events.includes("stop web.service db.service"));
  ok(isRunning(scene));
  strictEqual(scene.events.at(-1), "stop ppm-recover.timer");
});

Deno.test("getReady() does not go on with a snapshot that is not a good one", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo(GOOD);
  scene.system.removeFile("/home/app/data/page");
  scene.system.writeFile(
    "/home/app/.ppm/backup.json",
    JSON.stringify({
      ...JSON.parse(scene.system.files["/home/app/.ppm/backup.json"] ?? ""),
      expected: { entries: 9, bytes: 9000 },
    }),
    0o600,
  );
  await rejects(getReady(scene.hands, job), (error) => {
    ok(error instanceof UserError);
    match(error.message, /^Cannot upgrade without a good snapshot\. Saved as suspect/);
    match(error.hint ?? "", /ppm backup --accept/);
    strictEqual(error.exit, "backup");
    return true;
  });
  ok(isRunning(scene));
  strictEqual(scene.switched(), undefined);
});

Deno.test("getReady() leaves an application stopped that somebody has stopped meanwhile, and does not upgrade it", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo(GOOD);
  const save = scene.restic.run;
  scene.system.program("restic", async (args, invocation) => {
    if (args.includes("--tag=ppm-good")) await withdraw(scene.system, undefined);
    return await save(args, invocation);
  });
  await fails(scene, job, "failed", /Cannot upgrade: the application was stopped by hand meanwhile/);
  ok(!isRunning(scene));
});

Deno.test("getReady() starts no unit that somebody has stopped meanwhile", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo(GOOD);
  const save = scene.restic.run;
  scene.system.program("restic", async (args, invocation) => {
    if (args.includes("--tag=ppm-good")) await withdraw(scene.system, ["db.service"]);
    return await save(args, invocation);
  });
  const { begun, start } = await getReady(scene.hands, job);
  deepStrictEqual([begun.units, begun.tried, start.tried], [["web.service"], ["web.service"], [
    "web.service",
  ]]);
});

for (const name of ["spare", "switch.json"]) {
  Deno.test(`getReady() has it all running again where there is no room for ${name}`, async () => {
    const { scene, podman, job } = await withImage();
    const write = scene.system.writeFile.bind(scene.system);
    scene.system.writeFile = (path, content, mode) => {
      if (path.endsWith(`/${name}`)) throw new UserError(`Cannot write ${name}: no space left on device`);
      write(path, content, mode);
    };
    await fails(scene, job, "failed", /no space left/);
    ok(isRunning(scene));
    strictEqual(podman.images[IMAGE], "old");
    strictEqual(scene.events.at(-1), "stop ppm-recover.timer");
  });
}

Deno.test("getReady() asks no repository of an application that is not backed up", async () => {
  const scene = await anUpgradeScene();
  const { begun } = await getReady(scene.hands, await scene.upgradeTo({ ...GOOD, backedUp: false }));
  strictEqual(begun.snapshot, null);
  ok(!scene.system.commands.some((line) => line.startsWith("restic")));
});
