/**
 * Which part of the repository is read next. Pure. Everything is read once within the days that the policy names: in as many parts, one each day;
 * where days were missed, as many at once as catch up. A part counts when it was read, so that a run that is killed loses nothing.
 */
import type { CheckState } from "./record.ts";

const DAY_MS = 86_400_000;

/** A part may come half a day early: a timer with a random delay does not elapse at the same minute each day. */
const EARLY_MS = DAY_MS / 2;

/** Returns the state with the part that is to be read now as its `next`; undefined where none is due. */
export function dueCheck(state: CheckState | null, days: number, nowMs: number): CheckState | undefined {
  if (state === null || state.of !== days) return { next: 1, of: days, time: nowMs, cycleStart: nowMs };
  const at = inTime(nextRound(state), nowMs);
  return lateness(at, nowMs) >= -EARLY_MS ? at : undefined;
}

/** Returns the state after the part that `due` names was read. */
export function afterCheck(due: CheckState, nowMs: number): CheckState {
  return { ...due, next: due.next + 1, time: nowMs };
}

/** A round begins when the one before should have ended, so that what comes late makes nothing else late. */
function nextRound(state: CheckState): CheckState {
  if (state.next <= state.of) return state;
  return { ...state, next: 1, cycleStart: state.cycleStart + state.of * DAY_MS };
}

/** Where a whole round and more is due, one is enough to have read everything; where a clock that was far ahead was set back, the next part is due. */
function inTime(state: CheckState, nowMs: number): CheckState {
  const lateMs = lateness(state, nowMs);
  if (lateMs >= state.of * DAY_MS - EARLY_MS) {
    return { ...state, cycleStart: state.cycleStart + lateMs - (state.of - 1) * DAY_MS };
  }
  return lateMs < 0 && state.time > nowMs ? { ...state, cycleStart: state.cycleStart + lateMs } : state;
}

/** How long the next part has been due; negative until it is. */
function lateness({ next, cycleStart }: CheckState, nowMs: number): number {
  return nowMs - cycleStart - (next - 1) * DAY_MS;
}
