/**
 * Puts what was restored in its place. That takes several renames, and a kill may come between any two: `.ppm/swap.json` says beforehand what is to
 * happen, and whoever comes next finishes forward. No rename needs the user namespace, whoever owns what is below.
 */
import { UserError } from "../errors.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { BEFORE_PREFIX, DATA_DIRECTORY, FAILED_PREFIX, STAGING_PREFIX, SWAP_FILE } from "../layout.ts";
import { oneOf, shape, text } from "../host/check_json.ts";
import { bringBack } from "./bring_back.ts";
import { freeName } from "./free_name.ts";

/** What goes where: names in the home directory. */
export interface Swap {
  readonly version: 1;
  /** `data.restore-1a2b3c4d`: holds `data/` and `.ppm/`, whole and on the disk. */
  readonly staging: string;
  /** `data.before-20261122T030000Z`, or `data.failed-…` after an upgrade: where what stands at `data/` goes, if anything does. */
  readonly before: string;
}

const SWAP = shape<Swap>({ version: oneOf(1), staging: text, before: text });

/** How a swap is done. */
export interface SwapOptions {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Called once the journal is on the disk. */
  readonly journaled?: (() => void) | undefined;
  /** What the name of what stands at `data/` begins with from then on. @default {BEFORE_PREFIX} */
  readonly keptAs?: typeof BEFORE_PREFIX | typeof FAILED_PREFIX;
}

/**
 * Journals a swap and carries it out; its `staging` is whole and on the disk already. Returns what stood at `data/` is called now, if anything
 * stood there. What the disk refuses is thrown, and taken back; where `journaled` is given, it is finished from that call on whatever happens.
 */
export function swapIn(system: System, staging: string, options: SwapOptions): string | undefined {
  const { home } = system.user;
  const { nowMs, journaled, keptAs = BEFORE_PREFIX } = options;
  const before = freeName(system, `${keptAs}${stamp(nowMs)}`);
  const swap: Swap = { version: 1, staging, before };
  try {
    system.writeFile(`${home}/${SWAP_FILE}`, `${JSON.stringify(swap, null, 2)}\n`, 0o600);
    journaled?.();
    finishSwap(system);
  } catch (error) {
    if (journaled === undefined) takeBack(system, swap);
    throw error;
  }
  return system.lstat(`${home}/${before}`) === undefined ? undefined : before;
}

/**
 * After the disk has refused a part of a swap: what stood at `data/` stands there again, or the restored data does if that was the last that
 * was to be done. A journal that stayed would move `data/` later, under an application that runs again by then.
 */
function takeBack(system: System, swap: Swap): void {
  const { home } = system.user;
  const [data, before] = [`${home}/${DATA_DIRECTORY}`, `${home}/${swap.before}`];
  const isInPlace = system.lstat(`${home}/${swap.staging}/${DATA_DIRECTORY}`) === undefined;
  try {
    if (isInPlace) return void finishSwap(system);
    if (system.lstat(data) === undefined && system.lstat(before) !== undefined) system.rename(before, data);
    system.removeFile(`${home}/${SWAP_FILE}`);
  } catch {
    // The first error is told; whoever comes next finishes by the journal.
  }
}

/**
 * Finishes a swap that was interrupted; whoever calls it holds the lock. Says whether there was one. Whatever moment the kill came at, `data/`,
 * the secrets and the key are afterwards what was restored, and what stood there before lies beside.
 */
export function finishSwap(system: System): boolean {
  const { home } = system.user;
  const swap = readSwap(system);
  if (swap === undefined) return false;
  const staging = `${home}/${swap.staging}`;
  const data = `${home}/${DATA_DIRECTORY}`;
  bringBack(system, staging);
  if (system.lstat(`${staging}/${DATA_DIRECTORY}`) !== undefined) {
    // A `data/` that somebody has made between the renames is kept, as is what stood there before.
    if (system.lstat(data) !== undefined) system.rename(data, `${home}/${freeName(system, swap.before)}`);
    system.renameToNew(`${staging}/${DATA_DIRECTORY}`, data);
  }
  system.removeFile(`${home}/${SWAP_FILE}`);
  system.removeTree(staging); // what is left there is ppm's own, and belongs to this user
  return true;
}

/** Returns the swap that is under way, if one is. Throws {@linkcode UserError} where it cannot be understood. */
export function readSwap(system: ReadSystem): Swap | undefined {
  const content = system.readFile(`${system.user.home}/${SWAP_FILE}`);
  if (content === undefined) return undefined;
  try {
    const swap = SWAP(JSON.parse(new TextDecoder().decode(content)), "");
    if (
      isName(swap.staging, STAGING_PREFIX) &&
      (isName(swap.before, BEFORE_PREFIX) || isName(swap.before, FAILED_PREFIX))
    ) return swap;
    throw new TypeError("it names something else than restored data");
  } catch (error) {
    throw new UserError(
      `Cannot understand ${SWAP_FILE}: ${error instanceof Error ? error.message : error}`,
      {
        exit: "backup",
        hint:
          "It is written by ppm alone. See which of data, data.restore-* and data.before-* is the application's data, put that at data, then remove it",
        cause: error,
      },
    );
  }
}

function isName(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && !name.includes("/");
}

/** `20261122T030000Z`: sorts by time, and needs no quotes. */
function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");
}
