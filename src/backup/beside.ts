/** Something that goes on, again and again, beside something that takes long. */
import type { Clock } from "../host/clock.ts";

/** How often, and what. */
export interface Tick {
  readonly everyMs: number;
  /** What it throws ends the whole. */
  tick(): void | Promise<void>;
}

/** Runs `body` to its end, with the first tick at once and one after every `everyMs` until then. */
export async function beside<T>(clock: Clock, { everyMs, tick }: Tick, body: () => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const ticking = goOn();
  try {
    return await body();
  } finally {
    ended.abort();
    await ticking;
  }

  async function goOn(): Promise<void> {
    while (!ended.signal.aborted) {
      await tick();
      await clock.sleep(everyMs, ended.signal);
    }
  }
}
