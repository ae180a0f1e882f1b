import assert from "node:assert/strict";
import { readIntent, withdraw, writeIntent } from "../../src/backup/intent.ts";
import { resume, runningUnits, whilePaused } from "../../src/backup/pause.ts";
import { UserError } from "../../src/errors.ts";
import { ProgramError } from "../../src/host/program_error.ts";
import { Output } from "../../src/ui/output.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest, aUnit, shown } from "../support/manifest.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

const OPTIONS = { manifest: aManifest(), operation: "backup" } as const;
const DOWN = { ActiveState: "inactive", SubState: "dead" };

/** A machine whose units are stopped and started as systemd is told; `broken` ones never come up again. */
function aMachine({ stopped = [] as string[], broken = [] as string[] } = {}) {
  const down = new Set(stopped);
  const system = new FakeSystem().program("cat", () => ({ stdout: "boot-1\n" }));
  system.makeDirectory("/home/app/.ppm", 0o700);
  system.program("journalctl", () => ({ stdout: "oh no\n" }));
  system.program("systemctl", (args) => {
    const names = args.slice(args.indexOf("--") + 1);
    if (args.includes("stop")) names.forEach((name) => down.add(name));
    if (args.includes("start")) {
      names.forEach((name) => down.delete(name));
      broken.forEach((name) => down.add(name));
    }
    if (!args.includes("show")) return {};
    const state = (name: string) =>
      !down.has(name) ? {} : broken.includes(name) ? { ...DOWN, ActiveState: "failed" } : DOWN;
    return { stdout: shown(Object.fromEntries(names.map((name) => [name, state(name)]))) };
  });
  const stderr = new MemorySink();
  const output = new Output({ stdout: new MemorySink(), stderr });
  return { hands: { system, clock: new FakeClock(), output }, down, stderr };
}

/** What systemd was told, in words. */
function told(system: FakeSystem): readonly string[] {
  return system.commands.filter((line) => line.startsWith("systemctl") && !line.includes(" show "))
    .map((line) => line.replace("systemctl --user ", "").replace("-- ", "").replace("--no-block ", ""));
}

Deno.test("whilePaused() stops what runs, by name, and starts exactly that again", async () => {
  const { hands } = aMachine({ stopped: ["db.service"] });
  let during: unknown;
  const paused = await whilePaused(hands, OPTIONS, () => {
    during = { told: told(hands.system), intent: readIntent(hands.system) };
    return Promise.resolve(7);
  });
  assert.deepEqual(paused, { result: 7, downMs: 0, failure: undefined });
  assert.deepEqual(during, {
    told: ["start ppm-recover.timer", "stop web.service"],
    intent: {
      version: 1,
      operation: "backup",
      units: ["web.service"],
      boot: "boot-1",
      time: "2026-01-02T03:04:05.000Z",
    },
  });
  // Its own stops and starts must not use up what systemd allows a unit.
  const after = ["reset-failed web.service", "start web.service", "stop ppm-recover.timer"];
  assert.deepEqual(told(hands.system).slice(2), after);
  assert.equal(readIntent(hands.system), undefined);
});

Deno.test("whilePaused() has the intent on the disk before it stops anything", async () => {
  const { hands } = aMachine();
  hands.system.onRun = ({ args }) => {
    if (args.includes("stop") && args.includes("web.service")) assert.ok(readIntent(hands.system));
  };
  await whilePaused(hands, OPTIONS, () => Promise.resolve());
  assert.ok(told(hands.system).includes("stop web.service db.service"));
});

Deno.test("whilePaused() leaves an application alone that does not run", async () => {
  const { hands } = aMachine({ stopped: ["web.service", "db.service"] });
  assert.equal((await whilePaused(hands, OPTIONS, () => Promise.resolve("done"))).result, "done");
  assert.deepEqual(told(hands.system), []);
});

Deno.test("whilePaused() measures the time from the first stop until all is up", async () => {
  const { hands } = aMachine();
  const { downMs } = await whilePaused(hands, OPTIONS, () => hands.clock.sleep(4200));
  assert.equal(downMs, 4200);
});

Deno.test("whilePaused() starts the application before it says what went wrong", async () => {
  const { hands, down } = aMachine();
  const failing = whilePaused(hands, OPTIONS, () => Promise.reject(new UserError("no space")));
  await assert.rejects(failing, { message: "no space" });
  assert.deepEqual([...down], ["ppm-recover.timer"]);
  assert.equal(readIntent(hands.system), undefined);
});

Deno.test("whilePaused() starts the application again where it cannot be stopped", async () => {
  const { hands, down } = aMachine();
  const systemctl = hands.system;
  systemctl.onRun = ({ args }) => {
    if (args.includes("stop") && args.includes("web.service")) throw new UserError("systemd is gone");
  };
  await assert.rejects(whilePaused(hands, OPTIONS, () => Promise.resolve()), { message: "systemd is gone" });
  assert.ok(told(hands.system).includes("start web.service db.service"));
  assert.ok(!down.has("web.service"));
});

Deno.test("whilePaused() names the unit that does not come up, beside the result", async () => {
  const { hands } = aMachine({ broken: ["db.service"] });
  const { result, failure } = await whilePaused(hands, OPTIONS, () => Promise.resolve("saved"));
  assert.equal(result, "saved");
  assert.match(failure?.message ?? "", /not up: db\.service\ndb\.service: failed .*\n {4}oh no/);
  assert.equal(readIntent(hands.system), undefined, "systemd was asked; asking again would not help");
});

Deno.test("whilePaused() tells of both where the pass and the start fail", async () => {
  const { hands } = aMachine({ broken: ["db.service"] });
  const failing = whilePaused(
    hands,
    OPTIONS,
    () => Promise.reject(new UserError("no space", { exit: "backup" })),
  );
  await assert.rejects(failing, (error: UserError) => {
    assert.equal(error.exit, "backup");
    assert.match(error.message, /db\.service[^]*Before that: no space$/);
    return true;
  });
});

Deno.test("whilePaused() leaves down what the administrator has stopped meanwhile", async () => {
  const { hands, down } = aMachine();
  await whilePaused(hands, OPTIONS, () => withdraw(hands.system, undefined));
  assert.deepEqual([...down].sort(), ["db.service", "ppm-recover.timer", "web.service"]);
});

Deno.test("whilePaused() starts the rest where the administrator has stopped one unit meanwhile", async () => {
  const { hands, down } = aMachine();
  await whilePaused(hands, OPTIONS, () => withdraw(hands.system, ["db.service"]));
  assert.deepEqual([...down].sort(), ["db.service", "ppm-recover.timer"]);
});

Deno.test("runningUnits() asks for the instances of a template", async () => {
  const { hands } = aMachine();
  hands.system.program("systemctl", (args) => {
    assert.ok(args.includes("job@*.service"));
    return { stdout: shown({ "job@a.service": {}, "job@b.service": { ActiveState: "failed" } }) };
  });
  const manifest = aManifest({ units: [aUnit("job@.service")] });
  assert.deepEqual(await runningUnits(hands.system, manifest), ["job@a.service"]);
});

Deno.test("whilePaused() does nothing while something still runs, though systemd says that it was stopped", async () => {
  const { hands, down } = aMachine();
  hands.system.onRun = ({ args }) => {
    if (args.includes("show")) down.clear();
  };
  const paused = whilePaused(hands, OPTIONS, () => assert.fail("it runs"));
  await assert.rejects(paused, { message: /Cannot stop "web": still running: web\.service, db\.service/ });
  assert.equal(readIntent(hands.system), undefined);
});

Deno.test("resume() keeps the intent where systemd could not be asked at all", async () => {
  const { hands } = aMachine();
  const { system } = hands;
  await writeIntent(system, { operation: "backup", units: ["web.service"], time: "2026-01-02T03:00:00Z" });
  system.onRun = (invocation) => {
    if (invocation.program === "systemctl") throw new ProgramError(invocation, { kind: "missing" });
  };
  await assert.rejects(resume(hands, aManifest()), { message: /systemctl was not found/ });
  assert.ok(readIntent(system));
});

Deno.test("runningUnits() counts what is on its way up, and not what goes down", async () => {
  const { hands } = aMachine();
  const states = ["active", "activating", "reloading", "refreshing", "deactivating", "inactive", "failed"];
  const units = Object.fromEntries(states.map((state) => [`${state}.service`, { ActiveState: state }]));
  hands.system.program("systemctl", () => ({ stdout: shown(units) }));
  const manifest = aManifest({ units: Object.keys(units).map((name) => aUnit(name)) });
  assert.deepEqual(
    await runningUnits(hands.system, manifest),
    states.slice(0, 4).map((state) => `${state}.service`),
  );
});
