/** What starting and stopping have in common. */
import type { Clock } from "../host/clock.ts";
import type { ReadSystem, System } from "../host/system.ts";
import type { Output } from "../ui/output.ts";

/** How long starting or stopping may take in all. */
export const TIME_LIMIT_MS = 300_000;

/** How often systemd is asked how far it is. */
export const PAUSE_MS = 250;

/** What starting, stopping and waiting need. */
export interface Hands<S extends ReadSystem = System> {
  readonly system: S;
  readonly clock: Clock;
  readonly output: Output;
}
