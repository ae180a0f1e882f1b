/** Looks at everything that a removal could touch. */
import type { ReadSystem } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";
import { observe } from "../plan/observe.ts";
import { ownPaths } from "../plan/plan.ts";
import { orphanUnits } from "../plan/retire.ts";
import { targetOf } from "../plan/units.ts";
import { type RemovalStep, removalSteps } from "./removal_steps.ts";

/** Returns the steps that are left to do. Throws {@linkcode UserError} where something stands in the place of a file of ppm's. */
export async function prepareRemoval(
  system: ReadSystem,
  manifest: Manifest | undefined,
  { data }: { readonly data: boolean },
): Promise<readonly RemovalStep[]> {
  const observed = await observe(system, {
    paths: ownPaths(manifest),
    units: manifest === undefined ? [] : unitsOfAll(system, manifest),
    statePath: manifest?.stateFile?.path,
  });
  const stands = (path: string) => system.lstat(`${system.user.home}/${path}`) !== undefined;
  return removalSteps({ manifest, observed, data, stands });
}

/** Returns the units of an application and those that ppm runs beside it, by name. */
export function unitsOfAll(system: ReadSystem, manifest: Manifest): readonly string[] {
  const read = (path: string) => new TextDecoder().decode(system.readFile(`${system.user.home}/${path}`));
  return [
    ...new Set([
      targetOf(manifest.app),
      ...manifest.units.map(({ name }) => name),
      ...manifest.ownUnits.map(({ name }) => name),
      ...orphanUnits(ownPaths(manifest), read),
    ]),
  ];
}
