/** Removes what was kept aside, by the names of the list and by no others. */
import type { Hands } from "../apply/hands.ts";
import { UserError } from "../errors.ts";
import type { System } from "../host/system.ts";
import { suggest } from "../suggest.ts";
import { tryDrillLock } from "./drill.ts";
import { type Kept, keptAside } from "./kept_aside.ts";
import { removeRestored } from "./staging.ts";

/** Returns what `names` name of the list; everything where there are none. Pure. Throws (exit code 2) for a name that the list does not have. */
export function chooseKept(kept: readonly Kept[], names: readonly string[]): readonly Kept[] {
  if (names.length === 0) return kept;
  return [...new Set(names)].map((name) => {
    const found = kept.find((each) => each.name === name);
    if (found !== undefined) return found;
    const near = suggest(name, kept.map((each) => each.name));
    throw new UserError(`Cannot find "${name}" among what was kept aside`, {
      exit: "usage",
      hint: near === undefined ? "See what there is: ppm clean" : `Did you mean: ppm clean ${near}`,
    });
  });
}

/** Returns what of `wanted` still stands and nobody works on; whoever calls it holds the lock, under which restores work. */
export async function removable(
  { system, output }: Hands,
  wanted: readonly Kept[],
): Promise<readonly Kept[]> {
  const standing = new Set((await keptAside(system)).map(({ name }) => name));
  const lock = tryDrillLock(system, `ppm clean, pid ${Deno.pid}\n`);
  lock?.release(); // a drill that begins now has a new name
  return wanted.filter(({ name, kind }) => {
    if (kind !== "drill" || lock !== undefined) return standing.has(name);
    output.warn(`${name} stays: a drill is at work`);
    return false;
  });
}

/** Removes one thing of the list. */
export async function removeKept(system: System, { name, kind }: Kept): Promise<void> {
  const path = `${system.user.home}/${name}`;
  if (kind === "overwritten") system.removeFile(path);
  else await removeRestored(system, path);
}
