/** What the answers to a healthcheck amount to, one after another. Pure: `vital_signs.ts` does the asking. */
import type { Healthcheck, Probe } from "../definition/healthcheck.ts";
import type { Answer } from "../host/system.ts";
import type { Verdict } from "./health.ts";

/** What is known after a question. */
export interface CheckProgress {
  /** When the first question was asked, and the last. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** How many answers in a row were bad, those within the start period not counted. */
  readonly failures: number;
  readonly verdict: Verdict;
}

/** Whether it is time to ask, and `everyMs` the time between two questions. */
export function isDue(progress: CheckProgress | undefined, elapsedMs: number, everyMs: number): boolean {
  return progress === undefined || elapsedMs - progress.lastMs >= everyMs;
}

/** Returns what the next answer means, `elapsedMs` after waiting began, after all answers before it. */
export function judgeAnswer(
  { startPeriodMs, retries, probe }: Pick<Healthcheck, "startPeriodMs" | "retries" | "probe">,
  { elapsedMs, answer }: { readonly elapsedMs: number; readonly answer: Answer },
  before: CheckProgress | undefined,
): CheckProgress {
  const firstMs = before?.firstMs ?? elapsedMs;
  const counts = !answer.well && elapsedMs - firstMs >= startPeriodMs;
  const failures = answer.well ? 0 : (before?.failures ?? 0) + (counts ? 1 : 0);
  const kind = answer.well ? "up" : failures >= retries ? "down" : "waiting";
  return {
    firstMs,
    lastMs: elapsedMs,
    failures,
    verdict: { kind, words: `${nameProbe(probe)} ${answer.words}` },
  };
}

/** Returns what is asked, for people: the subject of an {@linkcode Answer}'s words. */
export function nameProbe(probe: Probe): string {
  if (probe.kind === "unit") return probe.unit;
  const address = `${probe.host.includes(":") ? `[${probe.host}]` : probe.host}:${probe.port}`;
  return probe.kind === "http" ? `http://${address}${probe.path}` : address;
}
