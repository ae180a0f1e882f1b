/** Whether a pass still moves. Pure. */
import type { Progress } from "../host/restic/messages.ts";

/** How long the application may stand still for a pass that does. */
export const STOPPED_LIMIT_MS = 60_000;

/** How long a pass beside the running application may stand still: a slow repository is no reason to give up. */
export const RUNNING_LIMIT_MS = 15 * 60_000;

/** How far a pass was at its last movement, and when that was, on a clock that only goes forward. */
export interface Movement {
  readonly progress: Progress | undefined;
  readonly sinceMs: number;
}

/** Returns the last movement after a look at `nowMs`; `progress` is undefined until restic has said anything. */
export function movementAfter(before: Movement, progress: Progress | undefined, nowMs: number): Movement {
  const moved = progress !== undefined &&
    (progress.bytesDone !== before.progress?.bytesDone || progress.filesDone !== before.progress?.filesDone);
  return moved ? { progress, sinceMs: nowMs } : before;
}

/** Whether nothing has moved for as long as `limitMs`. */
export function isStalled(movement: Movement, nowMs: number, limitMs: number): boolean {
  return nowMs - movement.sinceMs >= limitMs;
}
