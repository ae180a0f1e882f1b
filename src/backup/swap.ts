/**
 * Puts restored data in the place of what stands there, by two renames. Between them there is no `data/`: `.ppm/swap.json` says so beforehand, and
 * whoever comes next finishes forward. No rename needs the user namespace, whoever owns what is below.
 */
import { UserError } from "../errors.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { BEFORE_PREFIX, DATA_DIRECTORY, STAGING_PREFIX, SWAP_FILE } from "../layout.ts";
import { oneOf, shape, text } from "../plan/check_json.ts";

/** The two renames: `data` → `before`, `staging` → `data`. All are relative to the home directory. */
export interface Swap {
  readonly version: 1;
  /** `data.restore-1a2b3c4d/data`. */
  readonly staging: string;
  /** `data.before-20261122T030000Z`. */
  readonly before: string;
}

const SWAP = shape<Swap>({ version: oneOf(1), staging: text, before: text });

/** Journals a swap and carries it out. `swap.staging` must be whole and on the disk already. */
export function beginSwap(system: System, swap: Swap): void {
  system.writeFile(`${system.user.home}/${SWAP_FILE}`, `${JSON.stringify(swap, null, 2)}\n`, 0o600);
  finishSwap(system);
}

/**
 * Finishes a swap that a kill interrupted; whoever calls it holds the lock. Says whether there was one. Whatever moment the kill came at,
 * `data/` is afterwards what was restored, and what stood there before lies beside it.
 */
export function finishSwap(system: System): boolean {
  const { home } = system.user;
  const swap = readSwap(system);
  if (swap === undefined) return false;
  const [data, staging, before] = [DATA_DIRECTORY, swap.staging, swap.before].map((path) =>
    `${home}/${path}`
  );
  if (system.lstat(staging!) !== undefined) {
    if (system.lstat(before!) === undefined && system.lstat(data!) !== undefined) {
      system.rename(data!, before!);
    }
    system.rename(staging!, data!);
  }
  system.removeFile(`${home}/${SWAP_FILE}`);
  return true;
}

/** Returns the swap that is under way, if one is. */
export function readSwap(system: ReadSystem): Swap | undefined {
  const content = system.readFile(`${system.user.home}/${SWAP_FILE}`);
  if (content === undefined) return undefined;
  try {
    const swap = SWAP(JSON.parse(new TextDecoder().decode(content)), "");
    const plain = (path: string) => path.split("/").every((name) => !["", ".", ".."].includes(name));
    if (
      swap.staging.startsWith(STAGING_PREFIX) && swap.before.startsWith(BEFORE_PREFIX) &&
      [swap.staging, swap.before].every(plain)
    ) return swap;
    throw new TypeError("it names something else than restored data");
  } catch (error) {
    throw new UserError(`Cannot understand ${SWAP_FILE}: ${error instanceof Error ? error.message : error}`, {
      exit: "backup",
      hint:
        `It is written by ppm alone. See which of ${DATA_DIRECTORY}, ${STAGING_PREFIX}* and ${BEFORE_PREFIX}* is the application's data, then remove it`,
      cause: error,
    });
  }
}
