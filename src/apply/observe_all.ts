/** What a plan has to look at, beside what it wants itself. */
import type { ReadSystem } from "../host/system.ts";
import type { Desired } from "../plan/desired.ts";
import type { Manifest } from "../plan/manifest.ts";
import { observe, type Observed } from "../plan/observe.ts";
import { type DesiredFile, ownPaths } from "../plan/plan.ts";
import { orphanUnits } from "../plan/retire.ts";

/** Looks at everything the plan could touch: what is to stand, what ppm wrote earlier, and the units of both. */
export async function observeAll(
  system: ReadSystem,
  desired: Desired,
  files: readonly DesiredFile[],
  manifest: Manifest | undefined,
): Promise<Observed> {
  const own = ownPaths(manifest);
  const read = (path: string) => new TextDecoder().decode(system.readFile(`${system.user.home}/${path}`));
  const units = [
    desired.target,
    ...desired.units.map((unit) => unit.name),
    ...orphanUnits(own, read),
    ...(manifest?.units ?? []).map((unit) => unit.name),
    ...desired.ownUnits.map((unit) => unit.name),
  ];
  return await observe(system, {
    paths: [...new Set([...files.map((file) => file.path), ...own])].sort(),
    units: [...new Set(units)],
    statePath: desired.state.path,
  });
}
