/** Starts, restarts and stops units, and waits until systemd has done it. */
import { type ExitName, UserError } from "../errors.ts";
import type { Clock } from "../host/clock.ts";
import { isForbidden, journalctl, permissionHint } from "../host/journal.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { parseShow, requireManager, systemctl, systemctlShow, type UnitProperties } from "../host/systemd.ts";
import type { Manifest } from "../plan/manifest.ts";
import type { Output } from "../ui/output.ts";
import { printable } from "../ui/text.ts";
import { HEALTH_PROPERTIES } from "./health.ts";
import { type Goal, judgeLook, type Progress, type UnitVerdict } from "./settle.ts";

/** How long everything must have stayed up, after a plain start. */
export const SETTLE_MS = 3000;

/** How long starting or stopping may take in all. */
export const TIME_LIMIT_MS = 300_000;

/** How often systemd is asked how far it is. */
const PAUSE_MS = 250;

/** How many lines of a culprit's journal are shown. */
const JOURNAL_LINES = 10;

/** What starting, stopping and waiting need. */
export interface Hands<S extends ReadSystem = System> {
  readonly system: S;
  readonly clock: Clock;
  readonly output: Output;
}

export interface BringUpOptions {
  /** These units alone, instead of the target with all that it wants. */
  readonly units?: readonly string[];
  /** @default {SETTLE_MS} */
  readonly settleMs?: number;
  /** @default {TIME_LIMIT_MS} */
  readonly timeoutMs?: number;
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
  await hands.system.run(systemctl(verb, options.units ?? [targetOf(manifest)], { noBlock: true }));
  const goal: Goal = {
    units,
    application: new Set(manifest.units.map((unit) => unit.name)),
    settleMs: options.settleMs ?? SETTLE_MS,
    timeoutMs: options.timeoutMs ?? TIME_LIMIT_MS,
  };
  const failed = await waitForHealth(hands, goal);
  if (failed !== undefined) throw await notUp(hands.system, verb, manifest, failed);
}

/** Waits until the goal is reached; returns undefined then, and otherwise who is to blame. */
export async function waitForHealth(
  { system, clock, output }: Hands<ReadSystem>,
  goal: Goal,
): Promise<Extract<Progress, { kind: "failed" }> | undefined> {
  const begin = clock.elapsed();
  let progress: Progress | undefined;
  while (true) {
    const units = await lookAt(system, goal.units);
    const elapsedMs = clock.elapsed() - begin;
    progress = judgeLook(goal, { elapsedMs, units }, progress);
    if (progress.kind !== "waiting") break;
    output.progress(progressWords(progress.pending), `${Math.round(elapsedMs / 1000)} s`);
    await clock.sleep(PAUSE_MS);
  }
  output.endProgress();
  return progress.kind === "failed" ? progress : undefined;
}

/** Stops an application, or some of its units; throws if anything of it still runs in the end. */
export async function bringDown(
  { system, clock, output }: Hands,
  manifest: Manifest,
  options: { readonly units?: readonly string[]; readonly timeoutMs?: number } = {},
): Promise<void> {
  requireManager(system);
  await system.run(systemctl("stop", options.units ?? [targetOf(manifest)], { noBlock: true }));
  const units = options.units ?? manifest.units.map((unit) => unit.name).filter(isConcrete);
  const begin = clock.elapsed();
  while (true) {
    const running = [...await lookAt(system, units)].filter(([, unit]) => !isDown(unit));
    if (running.length === 0) break;
    const busy = running.some(([, unit]) => unit.ActiveState === "deactivating" || hasJob(unit));
    const late = clock.elapsed() - begin >= (options.timeoutMs ?? TIME_LIMIT_MS);
    if (!busy || late) throw stillRunning(manifest, running.map(([unit]) => unit), late);
    output.progress(`Waiting for ${running.map(([unit]) => unit).join(", ")} to stop`);
    await clock.sleep(PAUSE_MS);
  }
  output.endProgress();
}

/** Returns the name of the application's target. */
export function targetOf(manifest: Manifest): string {
  return `${manifest.app.mainunit}.target`;
}

/** Returns the units that the target is to bring up. */
export function wantedUnits(manifest: Manifest): readonly string[] {
  return manifest.units.filter((unit) => unit.enabled).map((unit) => unit.name);
}

/** Whether systemd can be asked about the unit: not about a template, only about its instances. */
export function isConcrete(unit: string): boolean {
  return !unit.includes("@.");
}

async function lookAt(
  system: ReadSystem,
  units: readonly string[],
): Promise<ReadonlyMap<string, UnitProperties>> {
  if (units.length === 0) return new Map();
  return parseShow((await system.run(systemctlShow(units, HEALTH_PROPERTIES))).stdout);
}

/** Lets units that failed too often in a row start again: who starts them by hand has seen to it. */
async function forgetFailures({ system }: Hands, units: readonly string[]): Promise<void> {
  const failed = [...await lookAt(system, units)].filter(([, unit]) => unit.ActiveState === "failed");
  if (failed.length > 0) await system.run(systemctl("reset-failed", failed.map(([unit]) => unit)));
}

function isDown(unit: UnitProperties): boolean {
  return unit.ActiveState === "inactive" || unit.ActiveState === "failed";
}

function hasJob(unit: UnitProperties): boolean {
  return (unit.Job ?? "") !== "" && unit.Job !== "0";
}

function progressWords(pending: readonly UnitVerdict[]): string {
  if (pending.length === 0) return "All units are up; watching whether they stay so";
  return `Waiting for ${pending.map(({ unit, verdict }) => `${unit} (${verdict.words})`).join(", ")}`;
}

async function notUp(
  system: ReadSystem,
  verb: string,
  manifest: Manifest,
  { culprits, timedOut }: Extract<Progress, { kind: "failed" }>,
): Promise<UserError> {
  const exit: ExitName = "failed";
  const why = timedOut ? "not up within the time limit" : "not up";
  const names = culprits.map(({ unit }) => unit).join(", ");
  const details = await Promise.all(culprits.map((culprit) => describe(system, culprit)));
  return new UserError([`Cannot ${verb} "${manifest.app.name}": ${why}: ${names}`, ...details].join("\n"), {
    exit,
    hint: `More of it: ppm logs ${culprits[0]?.unit ?? ""}`,
  });
}

async function describe(system: ReadSystem, { unit, verdict }: UnitVerdict): Promise<string> {
  const lines = await lastLines(system, unit);
  return [`${unit}: ${verdict.words}`, ...lines.map((line) => `    ${line}`)].join("\n");
}

/** The journal is a courtesy here: what it cannot give must not hide what went wrong. */
async function lastLines(system: ReadSystem, unit: string): Promise<readonly string[]> {
  try {
    const { stdout, stderr } = await system.run(journalctl([unit], { lines: JOURNAL_LINES, bare: true }));
    const lines = printable(stdout).trimEnd().split("\n").filter((line) => line !== "-- No entries --");
    if (lines.length > 1 || lines[0] !== "") return lines;
    return [
      isForbidden(stderr)
        ? `(its journal cannot be read. ${permissionHint(system.user.name)})`
        : "(its journal is empty)",
    ];
  } catch (error) {
    if (error instanceof UserError) return [`(its journal cannot be read: ${error.message})`];
    throw error;
  }
}

function stillRunning(manifest: Manifest, units: readonly string[], late: boolean): UserError {
  const why = late ? "still running after the time limit" : "still running";
  return new UserError(`Cannot stop "${manifest.app.name}": ${why}: ${units.join(", ")}`, {
    hint: `Look at what holds it: systemctl --user status ${units.join(" ")}`,
  });
}
