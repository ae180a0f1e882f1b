/** What ppm keeps beside the application's data and files, so that a mistake can be undone; and what killed runs have left. */
import { scanTree } from "../host/find.ts";
import type { FileStat, ReadSystem } from "../host/system.ts";
import {
  BEFORE_PREFIX,
  DRILL_PREFIX,
  FAILED_PREFIX,
  OVERWRITTEN_DIRECTORY,
  REMOVED_PREFIX,
  STAGING_PREFIX,
} from "../layout.ts";
import { canUnshare } from "./source.ts";
import { isStaging } from "./staging.ts";
import { readSwap } from "./swap.ts";

/** Why something is kept. */
export type KeptKind = "before" | "failed" | "restore" | "drill" | "removed" | "overwritten";

/** The same for people. */
export const KEPT_WORDS: Readonly<Record<KeptKind, string>> = {
  before: "data that a restore replaced",
  failed: "data of a failed upgrade",
  restore: "an interrupted restore",
  drill: "an interrupted drill",
  removed: "data of an interrupted removal",
  overwritten: "a file that ppm replaced",
};

/** One thing that can be removed, as its name tells. */
export interface KeptName {
  /** Relative to the home directory: what `ppm clean` calls it. */
  readonly name: string;
  readonly kind: KeptKind;
  /** Since when it is kept, milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** One thing that can be removed. */
export interface Kept extends KeptName {
  /** Of regular files. */
  readonly bytes: number;
}

/** Returns what a directory in the home directory is by its name; undefined: nothing of ppm's. */
function kindOf(name: string): KeptKind | undefined {
  if (isStaging(name, STAGING_PREFIX)) return "restore";
  if (isStaging(name, DRILL_PREFIX)) return "drill";
  if (isStaging(name, REMOVED_PREFIX)) return "removed";
  if (isStamped(name, BEFORE_PREFIX)) return "before";
  return isStamped(name, FAILED_PREFIX) ? "failed" : undefined;
}

/** `data.before-20261122T030000Z`, `data.before-20261122T030000Z-2`. */
function isStamped(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && /^\d{8}T\d{6}Z(?:-\d+)?$/.test(name.slice(prefix.length));
}

/** Lists what is kept aside. What an interrupted restore is about to put in place is not. */
export async function keptAside(system: ReadSystem): Promise<readonly Kept[]> {
  const { home } = system.user;
  const kept: Kept[] = [];
  for (const each of keptDirectories(system)) {
    kept.push({ ...each, bytes: await bytesBelow(system, `${home}/${each.name}`) });
  }
  return [...kept, ...overwritten(system, OVERWRITTEN_DIRECTORY)];
}

/** Lists the same at once: how large each is would take a walk through all of it. */
export function namesKept(system: ReadSystem): readonly KeptName[] {
  return [...keptDirectories(system), ...overwritten(system, OVERWRITTEN_DIRECTORY)];
}

function keptDirectories(system: ReadSystem): readonly KeptName[] {
  const { home } = system.user;
  const wanted = readSwap(system)?.staging;
  return (system.readDirectory(home) ?? []).flatMap((name): readonly KeptName[] => {
    const kind = kindOf(name);
    const stat = system.lstat(`${home}/${name}`);
    if (kind === undefined || stat?.kind !== "directory" || name === wanted) return [];
    return [{ name, kind, sinceMs: since(name, stat) }];
  });
}

/** Returns the files below `directory` (relative to the home directory). */
function overwritten(system: ReadSystem, directory: string): readonly Kept[] {
  const { home } = system.user;
  return (system.readDirectory(`${home}/${directory}`) ?? []).flatMap((entry): readonly Kept[] => {
    const name = `${directory}/${entry}`;
    const stat = system.lstat(`${home}/${name}`);
    if (stat?.kind === "directory") return overwritten(system, name);
    return stat === undefined
      ? []
      : [{ name, kind: "overwritten", bytes: stat.size, sinceMs: stat.modifiedMs }];
  });
}

async function bytesBelow(system: ReadSystem, path: string): Promise<number> {
  let bytes = 0;
  const count = (entry: { readonly kind: string; readonly size: number }) => {
    if (entry.kind === "file") bytes += entry.size;
  };
  await scanTree(system, path, { unshare: canUnshare(system) }, count);
  return bytes;
}

/** The name says when, where it does: a directory that was renamed keeps the time of what was last made in it. */
function since(name: string, stat: FileStat): number {
  const [, ...parts] = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(name) ?? [];
  const [year = 0, month = 1, day, hour, minute, second] = parts.map(Number);
  return parts.length === 0 ? stat.modifiedMs : Date.UTC(year, month - 1, day, hour, minute, second);
}
