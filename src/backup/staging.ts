/** Directories in which data is restored before anybody may take it for the application's. */
import type { ReadSystem, System } from "../host/system.ts";
import { removeTree } from "../host/trees.ts";
import { STAGING_PREFIX } from "../layout.ts";
import { canUnshare } from "./source.ts";

/** Returns a new name for such a directory, `data.restore-1a2b3c4d`, or with another prefix. */
export function newStaging(prefix = STAGING_PREFIX): string {
  return `${prefix}${crypto.getRandomValues(new Uint8Array(4)).toHex()}`;
}

/** Whether `newStaging(prefix)` gives names like this one: what somebody else has named `data.restore-of-march` is no business of ppm's. */
export function isStaging(name: string, prefix = STAGING_PREFIX): boolean {
  return name.startsWith(prefix) && /^[0-9a-f]{8}$/.test(name.slice(prefix.length));
}

/** Returns the names in the home directory that `newStaging(prefix)` gave. */
export function stagings(system: ReadSystem, prefix = STAGING_PREFIX): readonly string[] {
  return (system.readDirectory(system.user.home) ?? []).filter((name) => isStaging(name, prefix));
}

/** Removes what killed runs have left; whoever calls it holds the lock under which such directories are made, and has finished the swap. */
export async function removeStagings(system: System, prefix = STAGING_PREFIX): Promise<void> {
  for (const name of stagings(system, prefix)) await removeRestored(system, `${system.user.home}/${name}`);
}

/** Removes a restored tree (absolute), whoever owns what is below. */
export async function removeRestored(system: System, path: string): Promise<void> {
  await removeTree(system, path, { unshare: canUnshare(system) });
}
