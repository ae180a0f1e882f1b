/** Which units of the application an upgrade starts and stops. Pure. */
import type { Plan } from "../../plan/actions.ts";
import type { ManifestUnit } from "../../plan/manifest.ts";
import { unitsOf } from "../../plan/retire.ts";
import { isOwnUnit } from "../../plan/units.ts";

/** Returns the units that the target wants now and did not want before: they run for the first time. */
export function unitsToStart(
  before: readonly ManifestUnit[],
  after: readonly ManifestUnit[],
): readonly string[] {
  const wanted = new Set(before.filter((unit) => unit.enabled).map((unit) => unit.name));
  return after.filter((unit) => unit.enabled && !wanted.has(unit.name)).map((unit) => unit.name);
}

/** Returns the units that the plan stops for good, ppm's own aside. */
export function unitsToStop(plan: Plan): readonly string[] {
  return unitsOf("stop-units", plan.actions).filter((unit) => !isOwnUnit(unit));
}
