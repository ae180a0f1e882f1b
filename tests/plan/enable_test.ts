import { deepStrictEqual } from "node:assert/strict";
import { makePlan } from "../../src/plan/plan.ts";
import type { PlanInput } from "../../src/plan/plan.ts";
import type { UnitProperties } from "../../src/host/systemd.ts";
import { file, manifestOf, observedOf, planInput } from "./plan_fixture.ts";

const TIMER = ".config/systemd/user/ppm-backup.timer";
const WAITING = { ActiveState: "active", UnitFileState: "enabled" };

/** A server on which the timer stands; `now` is what is to stand. */
function withTimer(
  timer: UnitProperties,
  { now = "[Timer]", more = {} }: { now?: string; more?: Record<string, UnitProperties> } = {},
): PlanInput {
  const before = [file(TIMER, "[Timer]")];
  const input = planInput({
    files: [file(TIMER, now)],
    manifest: manifestOf(before),
    observed: observedOf(before, { "ppm-backup.timer": timer, ...more }),
  });
  return { ...input, desired: { ...input.desired, ownUnits: [{ name: "ppm-backup.timer", start: true }] } };
}

const steps = (input: PlanInput) =>
  makePlan(input).actions.flatMap((action) =>
    "units" in action ? [`${action.kind} ${action.units.join(" ")}`] : []
  );

Deno.test("makePlan() leaves a timer of ppm's own that waits", () => {
  deepStrictEqual(makePlan(withTimer(WAITING)).actions, []);
});

Deno.test("makePlan() enables and starts a timer of ppm's own that does not wait", () => {
  deepStrictEqual(steps(withTimer({ ActiveState: "inactive", UnitFileState: "disabled" })), [
    "enable-units ppm-backup.timer",
    "start-units ppm-backup.timer",
  ]);
});

Deno.test("makePlan() starts a timer anew whose file changes", () => {
  deepStrictEqual(steps(withTimer(WAITING, { now: "[Timer]\nOnCalendar=daily" })), [
    "start-units ppm-backup.timer",
  ]);
});

Deno.test("makePlan() starts a timer anew after a run that was killed: nobody knows which file it waits by", () => {
  const input = withTimer(WAITING);
  deepStrictEqual(steps({ ...input, manifest: { ...input.manifest!, pending: {} } }), [
    "start-units ppm-backup.timer",
  ]);
});

Deno.test("makePlan() leaves a timer that somebody masked", () => {
  const masked = { ActiveState: "inactive", LoadState: "masked", UnitFileState: "masked" };
  deepStrictEqual(makePlan(withTimer(masked)).actions, []);
});

Deno.test("makePlan() takes nothing of ppm's own for a part of the application that has to be started", () => {
  const more = { "web.target": { ActiveState: "active", UnitFileState: "enabled" } };
  const input = withTimer({ ActiveState: "inactive", UnitFileState: "disabled" }, { more });
  deepStrictEqual(makePlan(input).running, true);
});

Deno.test("makePlan() stops a timer that goes, and no service of ppm's own: it may be what runs the setup", () => {
  const files = [TIMER, TIMER.replace("timer", "service")].map((path) => file(path, "x"));
  const running = { ActiveState: "active", UnitFileState: "enabled" };
  const observed = observedOf(files, {
    "ppm-backup.timer": running,
    "ppm-backup.service": { ...running, UnitFileState: "static" },
  });
  deepStrictEqual(steps(planInput({ files: [], manifest: manifestOf(files), observed })), [
    "stop-units ppm-backup.timer",
    "disable-units ppm-backup.timer",
  ]);
});

Deno.test("makePlan() leaves ppm's own timers running when the target gets another name", () => {
  const input = withTimer(WAITING, {
    more: { "old.target": WAITING, "old.service": WAITING, "ppm-backup.service": WAITING },
  });
  const target = file(".config/systemd/user/old.target", "x");
  const manifest = manifestOf([file(TIMER, "[Timer]"), target]);
  const observed = { ...input.observed, files: new Map([...input.observed.files, [target.path, target]]) };
  const [stop] = steps({
    ...input,
    observed,
    manifest: { ...manifest, app: { ...manifest.app, mainunit: "old" } },
  });
  deepStrictEqual(stop, "stop-units old.target old.service");
});
