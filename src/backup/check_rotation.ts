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
  const at = rebased(state, nowMs);
  const dueMs = at.cycleStart + (at.next - 1) * DAY_MS - EARLY_MS;
  return nowMs >= dueMs ? at : undefined;
}

/** Returns the state after the part that `due` names was read. */
export function afterCheck(due: CheckState, nowMs: number): CheckState {
  return { ...due, next: due.next + 1, time: nowMs };
}

/** Moves on to the next round, which begins when it should have; and sees to a clock that was set back, and to rounds that were missed altogether. */
function rebased(state: CheckState, nowMs: number): CheckState {
  const roundMs = state.of * DAY_MS;
  const at = state.next <= state.of ? state : { ...state, next: 1, cycleStart: state.cycleStart + roundMs };
  const position = (at.next - 1) * DAY_MS;
  if (at.cycleStart + position > nowMs + 2 * DAY_MS && at.time > nowMs) {
    return { ...at, cycleStart: nowMs - position };
  }
  return at.next === 1 && nowMs - at.cycleStart >= roundMs ? { ...at, cycleStart: nowMs } : at;
}
