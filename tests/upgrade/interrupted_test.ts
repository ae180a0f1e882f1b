import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import {
  finishInterrupted,
  isInterrupted,
  recover,
  settleInterrupted,
  waitForPause,
} from "../../src/upgrade/interrupted.ts";
import { hold } from "../../src/upgrade/switch.ts";
import { switchOver } from "../../src/upgrade/switch_over.ts";
import { anUpgradeScene, ONE, TWO } from "../support/upgrade_scene.ts";

const UNIT = ".config/systemd/user/web.service";

/** A trial of generation 2 that was interrupted: its files stand, and nothing runs. */
async function onTrial({ web = "two", attempt = 1 } = {}) {
  const scene = await anUpgradeScene();
  await scene.setUp({ commit: TWO, web });
  scene.manager.active.clear();
  scene.events.length = 0;
  scene.interrupt({ phase: "trial", attempt });
  scene.events.length = 0;
  return scene;
}

function told({ events }: { readonly events: readonly string[] }): readonly string[] {
  return events.filter((event) => /^(start|stop|restart) /.test(event));
}

Deno.test("isInterrupted() knows a switch, what a backup has stopped, and a hold that nobody has released", async () => {
  const scene = await anUpgradeScene();
  const { system } = scene;
  strictEqual(isInterrupted(system), false);
  hold(system);
  strictEqual(isInterrupted(system), true);
  system.removeFile("/home/app/.ppm/hold");
  scene.interrupt({});
  strictEqual(isInterrupted(system), true);
});

Deno.test("finishInterrupted() finds nothing to do, and changes nothing, where nothing was begun", async () => {
  const scene = await anUpgradeScene();
  deepStrictEqual(await finishInterrupted(scene.hands), { any: false, rolledBack: undefined });
  deepStrictEqual(scene.events, []);
});

Deno.test("finishInterrupted() releases a hold that stands for nothing", async () => {
  const scene = await anUpgradeScene();
  hold(scene.system);
  deepStrictEqual(await finishInterrupted(scene.hands), { any: true, rolledBack: undefined });
  strictEqual(scene.system.lstat("/home/app/.ppm/hold"), undefined);
});

Deno.test("finishInterrupted() leads out of the middle of a switch to the generation before, with its data as it is", async () => {
  const scene = await anUpgradeScene();
  scene.interrupt({ phase: "switching" });
  hold(scene.system);
  const { any, rolledBack } = await finishInterrupted(scene.hands);
  strictEqual(any, true);
  deepStrictEqual([rolledBack?.exit, rolledBack?.message], [
    "rolledBack",
    "Cannot upgrade to 222222222222: generation 1 is back\nit was interrupted before anything of the new version ran",
  ]);
  ok(!scene.events.includes("restic restore"));
  strictEqual(scene.switched(), undefined);
  deepStrictEqual(scene.upgrades().quarantine, [], "it is no fault of the commit");
});

Deno.test("finishInterrupted() gives a trial that was interrupted one more, counted before anything starts", async () => {
  const scene = await onTrial();
  hold(scene.system);
  scene.events.length = 0;
  const attempts: (number | undefined)[] = [];
  scene.system.program("systemctl", (args) => {
    if (args.includes("restart")) attempts.push(scene.switched()?.attempt);
    return scene.manager.run(args);
  });
  deepStrictEqual(await finishInterrupted(scene.hands), { any: true, rolledBack: undefined });
  deepStrictEqual(attempts, [2]);
  deepStrictEqual(scene.events, [
    "write .ppm/switch.json (trial)",
    "remove .ppm/hold",
    "reset-failed web.service db.service",
    "restart web.service db.service",
    ...["write .ppm/generations/2/record.json", "write .ppm/upgrades.json", "remove .ppm/switch.json"],
    ...["stop ppm-recover.timer", "write .ppm/manifest.json"],
  ]);
  deepStrictEqual(scene.upgrades().accepted, { commit: TWO, revision: null });
  strictEqual(scene.record(2).outcome, "done");
});

Deno.test("finishInterrupted() brings the data back though somebody is in the middle of writing config.yml", async () => {
  const scene = await onTrial({ attempt: 2 });
  scene.system.addFile("/home/app/config.yml", "definition: [", 0o600);
  strictEqual((await finishInterrupted(scene.hands)).rolledBack?.exit, "rolledBack");
  strictEqual(scene.text("data/page"), "restored");
});

Deno.test("finishInterrupted() goes back, with the data, where the second trial fails or was interrupted too", async () => {
  for (const interruption of [{ web: "broken" }, { web: "two", attempt: 2 }]) {
    const scene = await onTrial(interruption);
    const { rolledBack } = await finishInterrupted(scene.hands);
    strictEqual(rolledBack?.exit, "rolledBack");
    strictEqual(scene.text("data/page"), "restored");
    match(scene.text(UNIT), /one/);
    if (interruption.attempt === 2) {
      ok(!scene.events.some((event) => event.startsWith("restart")), "it is not tried a third time");
    }
  }
});

Deno.test("finishInterrupted() goes on with a return, and tells of an upgrade, but not of a rollback, that it was taken back", async () => {
  for (const operation of ["upgrade", "rollback"] as const) {
    const scene = await onTrial();
    scene.interrupt({ operation, phase: "returning", restoresData: true, why: "it fell over" });
    scene.system.addFile("/home/app/data.restore-0badc0de/data/page", "half"); // a killed restore's
    const { any, rolledBack } = await finishInterrupted(scene.hands);
    deepStrictEqual([any, rolledBack?.exit], [true, operation === "upgrade" ? "rolledBack" : undefined]);
    strictEqual(scene.text("data/page"), "restored");
    strictEqual(scene.system.lstat("/home/app/data.restore-0badc0de"), undefined);
    strictEqual(scene.git.head, ONE);
    match(scene.stderr.text, /Going on to bring generation 1 back/);
  }
});

Deno.test("finishInterrupted() frees the room that was set aside before it needs any", async () => {
  const scene = await onTrial();
  scene.interrupt({ phase: "returning", snapshot: null, why: "no space left" });
  scene.system.addFile("/home/app/.ppm/spare", "x");
  scene.events.length = 0;
  await finishInterrupted(scene.hands);
  strictEqual(scene.events[0], "remove .ppm/spare");
});

Deno.test("finishInterrupted() puts no data back after a trial for which none was saved", async () => {
  const scene = await onTrial({ web: "broken" });
  scene.interrupt({ phase: "trial", attempt: 2, snapshot: null });
  scene.events.length = 0;
  await finishInterrupted(scene.hands);
  strictEqual(scene.text("data/page"), "x");
  const [first = ""] = scene.system.commands.filter((line) => line.startsWith("restic"));
  deepStrictEqual([first, scene.record(2).failedData], ["", null]);
});

Deno.test("settleInterrupted() warns of what was taken back, and lets the verb go on", async () => {
  const scene = await anUpgradeScene();
  scene.interrupt({ phase: "switching" });
  await settleInterrupted(scene.hands);
  match(scene.stderr.text, /warning: Cannot upgrade to 222222222222: generation 1 is back/);
});

Deno.test("recover() has the timer wake it again before it begins, where a switch is under way", async () => {
  const scene = await onTrial();
  await recover(scene.hands);
  strictEqual(told(scene)[0], "start ppm-recover.timer");
  strictEqual(told(scene).at(-1), "stop ppm-recover.timer");
});

Deno.test("recover() stops the timer where nothing is left to do", async () => {
  const scene = await anUpgradeScene();
  deepStrictEqual(await recover(scene.hands), { any: false, rolledBack: undefined });
  deepStrictEqual(told(scene), ["stop ppm-recover.timer"]);
});

Deno.test("recover() leaves a living upgrade alone", async () => {
  const scene = await anUpgradeScene();
  scene.interrupt({ phase: "switching" });
  scene.system.tryLock("/home/app/.ppm/lock", "ppm upgrade, pid 7");
  scene.events.length = 0;
  deepStrictEqual(await recover(scene.hands), { any: false, rolledBack: undefined });
  deepStrictEqual(scene.events, []);
  match(scene.stderr.text, /Nothing to do yet: .* held by ppm upgrade, pid 7/);
});

Deno.test("recover() tells once what keeps a generation from coming back, again when it is something else, and goes on trying", async () => {
  const scene = await onTrial();
  scene.interrupt({ phase: "returning", restoresData: true, why: "it fell over" });
  scene.restic.answers.snapshots = () => ({ code: 1, stderr: "Fatal: no route to host" });
  const stuck = (error: unknown) => {
    ok(error instanceof UserError, String(error));
    match(error.message, /^Cannot go back to generation 1 yet: .*no route/s);
    match(error.hint ?? "", /tries again every 20 seconds, or at once: ppm recover$/);
    return true;
  };
  await rejects(recover(scene.hands), stuck);
  ok(scene.system.lstat("/home/app/.ppm/hold"), "nothing starts meanwhile");
  deepStrictEqual(await recover(scene.hands), { any: false, rolledBack: undefined });
  match(scene.stderr.text, /Still so: Cannot go back/);
  scene.restic.answers.snapshots = () => ({ code: 1, stderr: "Fatal: wrong password" });
  await rejects(recover(scene.hands), /wrong password/);
  ok(!told(scene).includes("stop ppm-recover.timer"));
  delete scene.restic.answers.snapshots;
  const { rolledBack } = await recover(scene.hands);
  strictEqual(rolledBack?.exit, "rolledBack");
  strictEqual(scene.text("data/page"), "restored");
});

Deno.test("waitForPause() finishes what a dead ppm left before something is started by hand, and asks for no lock otherwise", async () => {
  const scene = await anUpgradeScene();
  const lock = scene.system.tryLock("/home/app/.ppm/lock", "ppm backup, pid 7");
  await waitForPause(scene.hands, "start");
  lock?.release();
  scene.interrupt({ phase: "switching" });
  await waitForPause(scene.hands, "start");
  strictEqual(scene.switched(), undefined);
});

Deno.test("recover() ends with what switchOver() would have, where it was killed right before its end", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo({ commit: TWO, web: "two" });
  const remove = scene.system.removeFile.bind(scene.system);
  scene.system.removeFile = (path) => {
    if (path.endsWith("/switch.json")) throw new Error("killed");
    remove(path);
  };
  await rejects(switchOver(scene.hands, job), /killed/);
  scene.system.removeFile = remove;
  deepStrictEqual(await recover(scene.hands), { any: true, rolledBack: undefined });
  strictEqual(scene.manifest().generation, 2);
});
