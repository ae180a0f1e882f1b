/** Directories in which data is restored before anybody may take it for the application's. */
import type { ReadSystem, System } from "../host/system.ts";
import { removeTree } from "../host/trees.ts";
import { STAGING_PREFIX } from "../layout.ts";
import { canUnshare } from "./source.ts";

/** Returns a new name for such a directory, `data.restore-1a2b3c4d`, or with another prefix. */
export function newStaging(prefix = STAGING_PREFIX): string {
  return `${prefix}${crypto.getRandomValues(new Uint8Array(4)).toHex()}`;
}

/** Returns the names in the home directory that begin with `prefix`. */
export function stagings(system: ReadSystem, prefix = STAGING_PREFIX): readonly string[] {
  return (system.readDirectory(system.user.home) ?? []).filter((name) => name.startsWith(prefix));
}

/** Removes what killed runs have left; whoever calls it holds the lock under which such directories are made, and has finished the swap. */
export async function removeStagings(system: System, prefix = STAGING_PREFIX): Promise<void> {
  for (const name of stagings(system, prefix)) await removeRestored(system, `${system.user.home}/${name}`);
}

/** Removes a restored tree (absolute), whoever owns what is below. */
export async function removeRestored(system: System, path: string): Promise<void> {
  await removeTree(system, path, { unshare: canUnshare(system) });
}
