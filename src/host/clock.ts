/** The time, as far as commands wait for something; tests bring their own. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that no change of the date touches; only differences mean anything. */
  elapsed(): number;
  /** Returns after `ms`, or as soon as `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The real clock. */
export const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(wake, ms);
      signal?.addEventListener("abort", wake);
      function wake() {
        clearTimeout(timer); // or the process would live on until it rings
        signal?.removeEventListener("abort", wake);
        resolve();
      }
    }),
};
