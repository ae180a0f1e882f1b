/** How often somebody is told that the neighbours cannot be followed: whoever publishes nonsense again and again must not fill a mailbox. */
import type { Hands } from "../../apply/hands.ts";
import { UserError } from "../../errors.ts";
import { readWatch, updateWatch, type Watch } from "./journal.ts";

/** What is new is told at most this often. */
const EVERY_MS = 3_600_000;

/**
 * Runs `body`. What it throws is thrown on where somebody reads it, and by a unit where it is worth telling; else it is a warning, and `undefined` is
 * returned. Whoever calls it holds the lock.
 */
export async function tellingOnce<T>(hands: Hands, body: () => Promise<T>): Promise<T | undefined> {
  const { system, clock, output } = hands;
  const isUnit = system.environment("INVOCATION_ID") !== undefined;
  try {
    const result = await body();
    const { told, amiss } = readWatch(system);
    // It is well again: the same is worth telling if it comes back, though no sooner than anything else.
    if (told !== null && told.message !== "") updateWatch(system, { told: { ...told, message: "" } });
    if (amiss !== null) updateWatch(system, { amiss: null });
    return result;
  } catch (error) {
    if (!isUnit || !(error instanceof UserError)) throw error;
    const { message } = error;
    const { told, amiss } = readWatch(system);
    if (!isWorthTelling(told, message, clock.now())) {
      if (amiss !== message) updateWatch(system, { amiss: message });
      output.warn(message);
      return undefined;
    }
    updateWatch(system, { told: { message, atMs: clock.now() }, amiss: message });
    throw error;
  }
}

/** Whether `message` is told at `nowMs`, after what was told last: not twice in a row, and nothing at all for a while. Pure. */
export function isWorthTelling(told: Watch["told"], message: string, nowMs: number): boolean {
  return told === null || (told.message !== message && Math.abs(nowMs - told.atMs) >= EVERY_MS);
}
