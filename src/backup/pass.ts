/** One pass of restic over the data: followed, ended if it no longer moves, tried again while somebody else has the repository locked. */
import type { Hands } from "../apply/hands.ts";
import { UserError } from "../errors.ts";
import type { Progress } from "../host/restic/messages.ts";
import { ResticError } from "../host/restic/outcome.ts";
import {
  backUp,
  type PassOptions,
  type PassResult,
  type Repository,
  unlockStale,
} from "../host/restic/repository.ts";
import type { System } from "../host/system.ts";
import { span } from "../ui/units_of_measure.ts";
import { beside } from "./beside.ts";
import { isStalled, type Movement, movementAfter } from "./stall.ts";

/** How long the lock of somebody else is waited for. */
const LOCK_PATIENCE_MS = 10 * 60_000;

/** How long to wait before the repository is tried again. */
const LOCK_PAUSE_MS = 10_000;

/** How often it is looked whether a pass still moves. */
const LOOK_MS = 1000;

/** How a pass is watched. */
export interface WatchOptions {
  /** Without movement for so long, the pass is ended. */
  readonly limitMs: number;
  onProgress(progress: Progress): void;
}

/** Makes a pass. Throws, to exit with 6, where restic fails or no longer moves. */
export async function watchedPass(
  { clock }: Hands,
  repository: Repository<System>,
  pass: PassOptions,
  { limitMs, onProgress }: WatchOptions,
): Promise<PassResult> {
  const stalled = new AbortController();
  let latest: Progress | undefined;
  let movement: Movement = { progress: undefined, sinceMs: clock.elapsed() };
  const look = () => {
    movement = movementAfter(movement, latest, clock.elapsed());
    if (isStalled(movement, clock.elapsed(), limitMs)) stalled.abort();
  };
  const watch = {
    signal: stalled.signal,
    onProgress: (progress: Progress) => {
      latest = progress;
      onProgress(progress);
    },
  };
  try {
    return await beside(clock, { everyMs: LOOK_MS, tick: look }, () => backUp(repository, pass, watch));
  } catch (error) {
    if (!stalled.signal.aborted) throw error;
    throw new UserError(`Cannot go on with the backup: restic has not moved for ${span(limitMs)}`, {
      exit: "backup",
      hint: "See whether the repository can be reached, and is fast enough, then: ppm backup",
      cause: error,
    });
  }
}

/**
 * Carries out `pass`, which needs the repository's lock. One that a dead process left is removed; a living one is waited for, ten minutes at
 * most. Throws, to exit with 6, where it is held longer.
 */
export async function withPatience<T>(
  { clock, output }: Hands,
  repository: Repository<System>,
  pass: () => Promise<T>,
): Promise<T> {
  const begin = clock.elapsed();
  for (let attempt = 1;; attempt++) {
    try {
      return await pass();
    } catch (error) {
      if (!(error instanceof ResticError) || error.trouble !== "locked") throw error;
      if (clock.elapsed() - begin >= LOCK_PATIENCE_MS) throw error;
    }
    if (attempt === 1) {
      output.info("The repository is locked; removing the lock if whoever made it is dead");
      await unlockStale(repository);
    } else {
      if (attempt === 2) output.info("Waiting for somebody else to unlock the repository");
      await clock.sleep(LOCK_PAUSE_MS);
    }
  }
}
