/** Something that goes on, again and again, beside something that takes long. */
import type { Clock } from "../host/clock.ts";

/** How often, and what. */
export interface Tick {
  readonly everyMs: number;
  /** What it throws ends the ticking, and is thrown when the long work is done. */
  tick(): void | Promise<void>;
}

/** Runs `body` to its end, with the first tick at once and one after every `everyMs` until then. */
export async function beside<T>(clock: Clock, { everyMs, tick }: Tick, body: () => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const ticking = Promise.allSettled([goOn()]);
  const [result] = await Promise.allSettled([body()]);
  ended.abort();
  const [ticked] = await ticking;
  if (result.status === "rejected") throw result.reason;
  if (ticked.status === "rejected") throw ticked.reason;
  return result.value;

  async function goOn(): Promise<void> {
    while (!ended.signal.aborted) {
      await tick();
      await clock.sleep(everyMs, ended.signal);
    }
  }
}
