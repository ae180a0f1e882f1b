/** What ppm prints, kept; and a clock that only moves when somebody sleeps. */
import type { Clock } from "../../src/host/clock.ts";
import type { Sink } from "../../src/ui/sink.ts";

/** Collects what is written to it. */
export class MemorySink implements Sink {
  text = "";
  readonly terminal: boolean;
  readonly columns: number;

  constructor(options: { terminal?: boolean; columns?: number } = {}) {
    this.terminal = options.terminal ?? false;
    this.columns = options.columns ?? 80;
  }

  write(text: string): void {
    this.text += text;
  }
}

/** A clock that stands still until somebody sleeps. */
export class FakeClock implements Clock {
  #ms: number;

  /** `ms` since the epoch. */
  constructor(ms = Date.UTC(2026, 0, 2, 3, 4, 5)) {
    this.#ms = ms;
  }

  now(): number {
    return this.#ms;
  }

  elapsed(): number {
    return this.#ms;
  }

  sleep(ms: number): Promise<void> {
    this.#ms += ms;
    return Promise.resolve();
  }
}
