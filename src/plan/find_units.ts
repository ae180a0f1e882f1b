/** Finds the units of an application that a person names. */
import { UserError } from "../errors.ts";
import { suggest } from "../suggest.ts";
import type { Manifest } from "./manifest.ts";

/** In which order a name without its suffix is completed. */
const SUFFIXES = [".service", ".timer", ".socket", ".path", ".target"];

/** Returns the unit that `name` means: its full name, the name without a suffix, or podman's `systemd-NAME`; undefined if there is none. */
export function findUnit(manifest: Manifest, name: string): string | undefined {
  const units = new Set(manifest.units.map((unit) => unit.name));
  const candidates = [name, name.replace(/^systemd-/, "")]
    .flatMap((stem) => [stem, ...SUFFIXES.map((suffix) => `${stem}${suffix}`)]);
  return candidates.find((candidate) => units.has(candidate));
}

/** Returns the units that `names` mean; throws (exit code 2) for the first that is none of the application's. */
export function findUnits(manifest: Manifest, names: readonly string[]): readonly string[] {
  return names.map((name) => findUnit(manifest, name) ?? unknownUnit(manifest, name));
}

/** Throws that there is no such unit, with the nearest one. */
export function unknownUnit(manifest: Manifest, name: string): never {
  const units = manifest.units.map((unit) => unit.name);
  const near = suggest(name, [...units, ...units.map((unit) => unit.replace(/\.[a-z]+$/, ""))]);
  throw new UserError(`Cannot find the unit "${name}": ${manifest.app.name} has none of that name`, {
    exit: "usage",
    hint: near === undefined ? `Its units are: ${units.join(", ")}` : `Did you mean "${near}"?`,
  });
}
