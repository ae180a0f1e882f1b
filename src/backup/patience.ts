/** What needs the repository's lock is tried again while somebody else holds it. */
import type { Hands } from "../apply/hands.ts";
import { ResticError } from "../host/restic/outcome.ts";
import { type Repository, unlockStale } from "../host/restic/repository.ts";
import type { System } from "../host/system.ts";

/** How long the lock of somebody else is waited for. */
const LOCK_PATIENCE_MS = 10 * 60_000;

/**
 * For how long the lock of a machine that burnt down stands in the way: restic takes one of another machine for left behind once nobody has renewed it
 * for half an hour (restic's documentation of `unlock`).
 */
export const LEFT_LOCK_MS = 31 * 60_000;

/** How long to wait before the repository is tried again: housekeeping of a small one takes as long. */
const LOCK_PAUSE_MS = 3_000;

/**
 * Carries out `work`, which needs the repository's lock. One that a dead process left is removed; a living one is waited for, `waitMs` at
 * most (default: ten minutes). Throws, to exit with 6, where it is held longer.
 */
export async function withPatience<T>(
  { clock, output }: Hands,
  repository: Repository<System>,
  work: () => Promise<T>,
  { waitMs = LOCK_PATIENCE_MS } = {},
): Promise<T> {
  const begin = clock.elapsed();
  for (let attempt = 1;; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ResticError) || error.trouble !== "locked") throw error;
      if (attempt > 1 && clock.elapsed() - begin >= waitMs) throw error;
    }
    if (attempt === 1) output.info("The repository is locked; removing the lock if whoever made it is dead");
    if (attempt === 2) {
      output.info(
        `Waiting for somebody else to unlock the repository, for ${
          Math.round(waitMs / 60_000)
        } minutes at most`,
      );
    }
    if (attempt > 1) await clock.sleep(LOCK_PAUSE_MS);
    await unlockStale(repository); // each time: whoever is waited for may die meanwhile
  }
}
