import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { Manifest } from "../../src/plan/manifest.ts";
import { Output } from "../../src/ui/output.ts";
import { lookBefore, type Start, tryOut, unitsToTry } from "../../src/upgrade/try_out.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest, aUnit, shown } from "../support/manifest.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

interface Case {
  readonly running?: readonly string[];
  readonly stopped?: readonly string[];
  /** @default whether anything runs */
  readonly meant?: boolean;
  /** Units of the generation after; those in brackets are not enabled. @default web and db */
  readonly after?: readonly string[];
  readonly target?: string;
  readonly changed?: readonly string[];
  readonly tried: readonly string[];
  readonly restart?: readonly string[];
}

const BOTH = ["web.service", "db.service"];

const CASES: Readonly<Record<string, Case>> = {
  "everything that is wanted where it ran": { tried: BOTH },
  "nothing where nothing ran": { running: [], changed: BOTH, tried: [] },
  "nothing where nothing ran, though the target is called otherwise": {
    running: [],
    target: "new.target",
    tried: [],
  },
  "everything where all of it had failed": { running: [], meant: true, tried: BOTH },
  "nothing that somebody has stopped": {
    running: ["web.service"],
    stopped: ["db.service"],
    tried: ["web.service"],
  },
  "what is new": { after: [...BOTH, "new.service"], tried: [...BOTH, "new.service"] },
  "not what is gone": { after: ["web.service"], tried: ["web.service"] },
  "what had failed": { running: ["web.service"], tried: BOTH },
  "what ran without being wanted, and is still there": {
    running: [...BOTH, "extra.service"],
    after: [...BOTH, "(extra.service)"],
    tried: [...BOTH, "extra.service"],
  },
  "not what ran without being wanted, and is gone": { running: [...BOTH, "extra.service"], tried: BOTH },
  "not what is not wanted and did not run": { after: [...BOTH, "(extra.service)"], tried: BOTH },
  "instances that ran of a template": {
    running: ["web.service", "job@1.service", "job@2.service"],
    after: ["web.service", "(job@.service)"],
    tried: ["web.service", "job@1.service", "job@2.service"],
  },
  "not the instance of another template": {
    running: ["web.service", "job@1.service"],
    after: ["web.service", "(other@.service)"],
    tried: ["web.service"],
  },
  "the target, where it is called otherwise": { target: "new.target", tried: ["new.target", ...BOTH] },
  "and again what went on running and reads something new": {
    changed: ["db.service", "gone.service"],
    tried: BOTH,
    restart: ["db.service"],
  },
};

for (const [name, each] of Object.entries(CASES)) {
  Deno.test(`unitsToTry() starts ${name}`, () => {
    const { running = BOTH, stopped = [], after = BOTH, target = "web.target", changed = [] } = each;
    const units = after.map((word) => {
      const enabled = !word.startsWith("(");
      return aUnit(enabled ? word : word.slice(1, -1), { enabled });
    });
    const { meant = running.length > 0 } = each;
    const start = unitsToTry({ running, stopped, meant }, {
      from: aManifest(),
      to: { units, target },
      changed,
    });
    deepStrictEqual(start, { tried: each.tried, restart: each.restart ?? [] });
  });
}

const DOWN = { ActiveState: "inactive", SubState: "dead" };

/** A machine whose systemd answers `units`; those that are left out run. */
function aMachine(units: (clock: FakeClock) => Record<string, Record<string, string>> = () => ({})) {
  const clock = new FakeClock();
  const system = new FakeSystem().program("journalctl", () => ({ stdout: "oh no\n" }));
  const systemctl = (args: readonly string[]) => {
    const names = args.slice(args.indexOf("--") + 1);
    if (!args.includes("show")) return {};
    return { stdout: shown(Object.fromEntries(names.map((name) => [name, units(clock)[name] ?? {}]))) };
  };
  system.program("systemctl", systemctl);
  return {
    system,
    clock,
    systemctl,
    output: new Output({ stdout: new MemorySink(), stderr: new MemorySink() }),
  };
}

function told({ system }: { readonly system: FakeSystem }): readonly string[] {
  return system.commands.filter((line) => !line.includes(" show ")).map((line) =>
    line.replace("systemctl --user ", "")
  );
}

Deno.test("lookBefore() tells what runs from what somebody has stopped, what has failed and what has done its work", async () => {
  const manifest: Manifest = aManifest({
    units: [
      ...["web.service", "stopped.service", "failed.service", "once.service", "starting.service"].map((
        name,
      ) => aUnit(name)),
      ...["free.service", "idle.service"].map((name) => aUnit(name, { enabled: false })),
    ],
  });
  const { system } = aMachine(() => ({
    "stopped.service": DOWN,
    "failed.service": { ActiveState: "failed" },
    "once.service": { ...DOWN, Type: "oneshot" },
    "starting.service": { ActiveState: "activating" },
    "idle.service": DOWN,
  }));
  deepStrictEqual(await lookBefore(system, manifest), {
    running: ["web.service", "starting.service", "free.service"],
    stopped: ["stopped.service"],
    meant: true,
  });
});

for (const [target, meant] of [["active", true], ["inactive", false]] as const) {
  Deno.test(`lookBefore() takes an application that has failed as a whole for one that is ${meant ? "meant to run" : "stopped"} where its target is ${target}`, async () => {
    const { system } = aMachine(() => ({
      "web.target": { ActiveState: target },
      "web.service": { ActiveState: "failed" },
    }));
    const before = await lookBefore(system, aManifest({ units: [aUnit("web.service")] }));
    deepStrictEqual(before, { running: [], stopped: [], meant });
  });
}

const START: Start = { tried: BOTH, restart: ["db.service"] };

Deno.test("tryOut() forgets earlier starts, restarts what went on running, starts the rest, and watches for ten seconds", async () => {
  const machine = aMachine();
  const begin = machine.clock.now();
  await tryOut(machine, aManifest(), START);
  deepStrictEqual(told(machine), [
    "reset-failed -- web.service db.service",
    "--no-block restart -- db.service",
    "--no-block start -- web.service",
  ]);
  strictEqual(machine.clock.now() - begin, 10_000);
});

Deno.test("tryOut() restarts nothing where nothing went on running, and asks for nothing where nothing is to run", async () => {
  const machine = aMachine();
  await tryOut(machine, aManifest(), { tried: BOTH, restart: [] });
  ok(!told(machine).some((line) => line.includes("restart")));
  const idle = aMachine();
  await tryOut(idle, aManifest(), { tried: [], restart: [] });
  deepStrictEqual(idle.system.commands, []);
});

Deno.test("tryOut() starts units though systemd knows of no failure to forget", async () => {
  const machine = aMachine();
  const answer = machine.systemctl;
  machine.system.program("systemctl", (args) => args.includes("reset-failed") ? { code: 1 } : answer(args));
  await tryOut(machine, aManifest(), START);
});

Deno.test("tryOut() does not believe what falls over after eight seconds, and gives it up long before the time limit", async () => {
  const machine = aMachine((clock) => ({
    "web.service": { InvocationID: String(Math.floor(clock.now() / 8000)) },
  }));
  const begin = machine.clock.now();
  await rejects(tryOut(machine, aManifest(), START), /Cannot start "web": not up: web\.service/);
  const tookMs = machine.clock.now() - begin;
  ok(tookMs > 20_000 && tookMs < 120_000, `${tookMs}`);
});

Deno.test("tryOut() names whoever does not come up, and asks the healthcheck more than once", async () => {
  const failed = aMachine(() => ({ "web.service": { ActiveState: "failed", Result: "exit-code" } }));
  await rejects(tryOut(failed, aManifest(), START), /Cannot start "web": not up: web\.service\n.*\n +oh no/);
  const machine = aMachine();
  machine.system.server = () => ({ well: true, words: "answers" });
  const healthcheck = {
    probe: { kind: "tcp", host: "127.0.0.1", port: 1 } as const,
    intervalMs: 2000,
    timeoutMs: 5000,
    startPeriodMs: 0,
    retries: 1,
  };
  await tryOut(machine, aManifest({ healthcheck }), START);
  ok(machine.system.questions.length > 1);
});
