/** Looks through `data/` before a pass: how much there is, what cannot be read, and whether containers own any of it. */
import { scanTree } from "../host/find.ts";
import type { ReadSystem } from "../host/system.ts";
import { hasSubordinateIds } from "../host/user_namespace.ts";
import { DATA_DIRECTORY } from "../layout.ts";
import type { DataScan } from "./guards.ts";

/** Patterns with one of these are left to restic alone. */
const WILDCARDS = /[*?[\\]/;

/**
 * Scans `data/` as this user; where something in it belongs to somebody else and there are subordinate ids, once more inside the user
 * namespace, where it can be read. What `exclude` names without wildcards is not looked at.
 */
export async function scanData(system: ReadSystem, exclude: readonly string[]): Promise<DataScan> {
  const plain = await scan(system, exclude, { unshare: false });
  if (!plain.foreign || !hasSubordinateIds(system)) return plain.found;
  return (await scan(system, exclude, { unshare: true })).found;
}

async function scan(
  system: ReadSystem,
  exclude: readonly string[],
  { unshare }: { readonly unshare: boolean },
): Promise<{ readonly found: DataScan; readonly foreign: boolean }> {
  const isExcluded = excluder(exclude);
  const unreadable: string[] = [];
  let entries = 0;
  let bytes = 0;
  let foreign = false;
  const { unlistable } = await scanTree(
    system,
    `${system.user.home}/${DATA_DIRECTORY}`,
    { unshare },
    (entry) => {
      if (entry.path === "" || isExcluded(entry.path)) return;
      entries++;
      if (entry.kind === "file") bytes += entry.size;
      if (entry.uid !== system.user.uid) foreign = true;
      const matters = entry.kind === "file" || entry.kind === "directory";
      if (matters && !entry.readable) unreadable.push(`${DATA_DIRECTORY}/${entry.path}`);
    },
  );
  for (const path of unlistable) {
    const named = path === "." ? DATA_DIRECTORY : `${DATA_DIRECTORY}/${path}`;
    if (!isExcluded(path) && !unreadable.includes(named)) unreadable.push(named);
  }
  return { found: { entries, bytes, unreadable, unshare }, foreign };
}

/** Returns what tells whether a path below `data/` is left out by a pattern that is a plain path. */
function excluder(exclude: readonly string[]): (path: string) => boolean {
  const plain = exclude.filter((pattern) => !WILDCARDS.test(pattern))
    .map((pattern) => pattern.replace(/^\/+|\/+$/g, ""));
  return (path) => plain.some((each) => path === each || path.startsWith(`${each}/`));
}
