/** How an application is asked whether it is well: what appinfo.yml says under `healthcheck`, as data. The manifest keeps it, so that `start` needs no definition. */

import type { Question } from "../host/system.ts";

/** What is asked. */
export type Probe =
  | Question
  | {
    readonly kind: "unit";
    /** A oneshot service of the definition, not in `enableunits`: starting it succeeds while the application is well. */
    readonly unit: string;
  };

/** A check of one's own beside what systemd and podman say. */
export interface Healthcheck {
  readonly probe: Probe;
  /** From one question to the next. */
  readonly intervalMs: number;
  /** How long one answer may take. */
  readonly timeoutMs: number;
  /** For how long after the start failures do not count. */
  readonly startPeriodMs: number;
  /** How many failures in a row mean that it is not well. */
  readonly retries: number;
}
