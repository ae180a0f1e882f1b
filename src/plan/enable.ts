/** Which units a plan enables, and which of ppm's own it starts. Pure. */
import type { Action } from "./actions.ts";
import { isEnabled, isWaiting } from "./observe.ts";
import type { PlanInput } from "./plan.ts";
import { unitsOf } from "./retire.ts";
import { UNIT_DIRECTORY } from "./units.ts";

/** Generated units cannot be enabled: their own [Install] does it, through Quadlet. */
export function enableUnits(
  { desired, observed }: PlanInput,
  changes: readonly Action[],
): readonly Action[] {
  const disabled = unitsOf("disable-units", changes);
  const wanted = desired.units.filter((unit) => unit.enabled && unit.from === "file");
  const units = [desired.target, ...[...wanted, ...desired.ownUnits].map((unit) => unit.name)].filter((
    unit,
  ) => disabled.includes(unit) || !isEnabled(observed.units.get(unit)));
  return units.length === 0 ? [] : [{ kind: "enable-units", units, why: "not enabled yet" }];
}

/** Timers and paths of ppm's own that do not wait, or that wait by an older file. After a run that was killed nobody knows by which one. */
export function startUnits(
  { desired, observed, manifest }: PlanInput,
  changes: readonly Action[],
): readonly Action[] {
  const written = changes.flatMap((action) => action.kind === "write-file" ? [action.path] : []);
  const interrupted = manifest !== undefined && manifest.pending !== null;
  const units = desired.ownUnits.filter(({ name, start }) => {
    const unit = observed.units.get(name);
    if (!start || unit?.LoadState === "masked") return false;
    return interrupted || !isWaiting(unit) || written.includes(`${UNIT_DIRECTORY}/${name}`);
  }).map(({ name }) => name);
  return units.length === 0 ? [] : [{ kind: "start-units", units, why: "to wait by what their files say" }];
}
