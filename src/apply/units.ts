/** The units of an application, and what systemd says of them. */
import type { ReadSystem } from "../host/system.ts";
import { parseShow, runSystemctl, systemctlShow, type UnitProperties } from "../host/systemd.ts";
import type { Manifest } from "../plan/manifest.ts";
import { HEALTH_PROPERTIES } from "./health.ts";

/** Returns the units that the target is to bring up. */
export function wantedUnits(manifest: Manifest): readonly string[] {
  return manifest.units.filter((unit) => unit.enabled).map((unit) => unit.name);
}

/** Asks systemd how `units` are, in one call. */
export async function lookAt(
  system: ReadSystem,
  units: readonly string[],
): Promise<ReadonlyMap<string, UnitProperties>> {
  if (units.length === 0) return new Map();
  return parseShow(await runSystemctl(system, systemctlShow(units, HEALTH_PROPERTIES)));
}
