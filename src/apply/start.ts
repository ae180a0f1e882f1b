/** Starts or restarts units, and waits until they are up. */
import { requireManager, runSystemctl, systemctl } from "../host/systemd.ts";
import type { Manifest } from "../plan/manifest.ts";
import { targetOf } from "../plan/units.ts";
import { notUp } from "./culprits.ts";
import { type Hands, PAUSE_MS, TIME_LIMIT_MS } from "./hands.ts";
import { areUp, type Failure, type Goal, judgeLook, type Progress, type UnitVerdict } from "./settle.ts";
import { lookAt, wantedUnits } from "./units.ts";
import { VitalSigns } from "./vital_signs.ts";

/** How long there must at least be, after the start period of a healthcheck, for bad answers to count. */
const BEYOND_START_PERIOD_MS = 60_000;

/** How long something may fall over again and again before it is given up: it may wait for something that takes its time. */
const FALLING_MS = 60_000;

/** How long everything must have stayed up, after a plain start. */
const SETTLE_MS = 3000;

export interface BringUpOptions {
  /** These units alone, instead of the target with all that it wants. */
  readonly units?: readonly string[];
  /** @default {TIME_LIMIT_MS, or more where the healthcheck has a long start period} */
  readonly timeoutMs?: number;
  /** How long everything must have stayed up. @default {SETTLE_MS} */
  readonly settleMs?: number;
  /**
   * Whether podman is asked about the health of the units' containers and, where all that the target wants is among the units, the
   * application about its healthcheck. @default {true for bringUp, false for waitUntilUp}
   */
  readonly health?: boolean;
  /** Gives up what falls over again and again before the time limit: see {@linkcode Goal.mostFalls}. */
  readonly mostFalls?: number;
}

/**
 * Starts or restarts an application, and returns when all of its units are up and have stayed so. Throws a
 * {@linkcode UserError} that names every culprit with the end of its journal. If ppm is interrupted, systemd goes on.
 */
export async function bringUp(
  hands: Hands,
  verb: "start" | "restart",
  manifest: Manifest,
  options: BringUpOptions = {},
): Promise<void> {
  requireManager(hands.system);
  const units = options.units ?? wantedUnits(manifest);
  await forgetFailures(hands, units);
  await runSystemctl(
    hands.system,
    systemctl(verb, options.units ?? [targetOf(manifest.app)], { noBlock: true }),
  );
  await waitUntilUp(hands, verb, manifest, { health: true, ...options, units });
}

/**
 * Waits until units that somebody asked systemd to start are up and have stayed so. Throws a {@linkcode UserError} that names every
 * culprit with the end of its journal, and `verb`.
 */
export async function waitUntilUp(
  hands: Hands,
  verb: "start" | "restart",
  manifest: Manifest,
  { units, timeoutMs, settleMs = SETTLE_MS, health = false, mostFalls = Infinity }:
    & BringUpOptions
    & Required<Pick<BringUpOptions, "units">>,
): Promise<void> {
  const { healthcheck } = manifest;
  const leastMs = health && healthcheck !== null ? healthcheck.startPeriodMs + BEYOND_START_PERIOD_MS : 0;
  const goal: Goal = {
    units,
    application: new Set(manifest.units.map((unit) => unit.name)),
    settleMs,
    mostFalls,
    fallingMs: Math.max(FALLING_MS, healthcheck?.startPeriodMs ?? 0),
    timeoutMs: timeoutMs ?? Math.max(TIME_LIMIT_MS, leastMs),
  };
  const signs = health ? new VitalSigns(hands, manifest, goal) : undefined;
  const failed = await waitForHealth(hands, goal, signs);
  if (failed !== undefined) throw await notUp(hands.system, verb, manifest.app.name, failed);
}

/** Waits until the goal is reached; returns undefined then, and otherwise who is to blame. */
async function waitForHealth(
  { system, clock, output }: Hands,
  goal: Goal,
  signs: VitalSigns | undefined,
): Promise<Failure | undefined> {
  const begin = clock.elapsed();
  let progress: Progress | undefined;
  while (true) {
    const units = await lookAt(system, goal.units);
    const elapsedMs = clock.elapsed() - begin;
    const beside = areUp(goal, units) ? await signs?.take(elapsedMs) : undefined;
    progress = judgeLook(goal, { elapsedMs, units, beside: beside ?? [] }, progress);
    if (progress.kind !== "waiting") break;
    output.progress(progressWords(progress.pending), `${Math.round(elapsedMs / 1000)} s`);
    await clock.sleep(PAUSE_MS);
  }
  output.endProgress();
  return progress.kind === "failed" ? progress : undefined;
}

/** Lets units that failed too often in a row start again: who starts them by hand has seen to it. */
async function forgetFailures({ system }: Hands, units: readonly string[]): Promise<void> {
  const failed = [...await lookAt(system, units)].filter(([, unit]) => unit.ActiveState === "failed");
  if (failed.length > 0) await runSystemctl(system, systemctl("reset-failed", failed.map(([unit]) => unit)));
}

/** What counts up would be news in every line of a journal. */
function withoutCount(words: string): string {
  return words.replace(/, restarted \d+ times?/, "");
}

function progressWords(pending: readonly UnitVerdict[]): string {
  if (pending.length === 0) return "Everything is up; watching whether it stays so";
  return `Waiting for ${
    pending.map(({ unit, verdict }) => `${unit} (${withoutCount(verdict.words)})`).join(", ")
  }`;
}
