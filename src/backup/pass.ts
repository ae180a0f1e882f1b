/** One pass of restic over the data: followed, and ended if it no longer moves. */
import type { Hands } from "../apply/hands.ts";
import { UserError } from "../errors.ts";
import type { Progress } from "../host/restic/messages.ts";
import { backUp, type PassOptions, type PassResult, type Repository } from "../host/restic/repository.ts";
import type { System } from "../host/system.ts";
import { span } from "../ui/units_of_measure.ts";
import { beside } from "./beside.ts";
import { isStalled, type Movement, movementAfter } from "./stall.ts";

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
