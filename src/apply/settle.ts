/**
 * Whether an application as a whole has come up, judged from one look after another. Pure: `start.ts` does the looking.
 */
import type { UnitProperties } from "../host/systemd.ts";
import { judgeUnit, type Verdict } from "./health.ts";

/** What to wait for. */
export interface Goal {
  /** The units that must be up. */
  readonly units: readonly string[];
  /** The names of all units of the application. */
  readonly application: ReadonlySet<string>;
  /** How long everything must stay up. */
  readonly settleMs: number;
  /** How often something may fall over, once `fallingMs` are over: an upgrade does not wait for the time limit where a unit starts and ends in turn. */
  readonly mostFalls: number;
  readonly fallingMs: number;
  /** How long it may take in all. */
  readonly timeoutMs: number;
}

/** The longest time that everything must stay up, however often it did not before. */
const MOST_QUIET_MS = 60_000;

/** One look at the units, with the time since waiting began. */
export interface Look {
  readonly elapsedMs: number;
  readonly units: ReadonlyMap<string, UnitProperties>;
  /** What else must be up, and is no unit: the healthcheck, containers. Asked only while all units are up. */
  readonly beside?: readonly UnitVerdict[];
}

/** A unit, or what counts like one, and how it is. */
export interface UnitVerdict {
  /** `web.service`, `healthcheck`, `container web` */
  readonly unit: string;
  readonly verdict: Verdict;
  /** The units whose journals tell more. @default {the unit itself} */
  readonly journals?: readonly string[];
}

/** Where waiting stands; `pending` are the units that are not up yet. */
export type Progress =
  | {
    readonly kind: "waiting";
    readonly pending: readonly UnitVerdict[];
    readonly steady: Steady | undefined;
    /** How often everything was up and then was not. */
    readonly lapses: number;
    /** How often systemd had restarted the units when waiting began. */
    readonly restartsBefore: number;
  }
  | { readonly kind: "healthy" }
  | Failure;

/** The goal was not reached, and these units are to blame. */
export interface Failure {
  readonly kind: "failed";
  readonly culprits: readonly UnitVerdict[];
  readonly timedOut: boolean;
}

/** Since when everything has been up without a change. */
interface Steady {
  readonly sinceMs: number;
  /** Each unit's invocation and restarts: a unit that crashed and came back between two looks is not the same. */
  readonly fingerprint: string;
}

/** Returns what the next look means after all looks before it, of which `before` is the outcome. */
export function judgeLook(goal: Goal, look: Look, before: Progress | undefined): Progress {
  const verdicts = [...judgeUnits(goal, look.units), ...look.beside ?? []];
  const down = verdicts.filter(({ verdict }) => verdict.kind === "down");
  if (down.length > 0) return { kind: "failed", culprits: down, timedOut: false };
  const pending = verdicts.filter(({ verdict }) => verdict.kind === "waiting");
  const late = look.elapsedMs >= goal.timeoutMs;
  const earlier = before?.kind === "waiting" ? before : undefined;
  const fingerprint = fingerprintOf(verdicts, look);
  const same = pending.length === 0 && earlier?.steady?.fingerprint === fingerprint;
  const lapses = (earlier?.lapses ?? 0) + (earlier?.steady !== undefined && !same ? 1 : 0);
  const restarts = restartsOf(goal, look);
  const restartsBefore = earlier?.restartsBefore ?? restarts;
  const falls = Math.max(lapses, restarts - restartsBefore);
  if (falls >= goal.mostFalls && look.elapsedMs >= goal.fallingMs) {
    return { kind: "failed", culprits: unsteady(verdicts, look), timedOut: false };
  }
  if (pending.length > 0) {
    return late
      ? { kind: "failed", culprits: pending, timedOut: true }
      : { kind: "waiting", pending, steady: undefined, lapses, restartsBefore };
  }
  const steady = same && earlier?.steady ? earlier.steady : { sinceMs: look.elapsedMs, fingerprint };
  if (look.elapsedMs - steady.sinceMs >= quietMs(goal.settleMs, falls)) return { kind: "healthy" };
  if (late) return { kind: "failed", culprits: unsteady(verdicts, look), timedOut: true };
  return { kind: "waiting", pending: [], steady, lapses, restartsBefore };
}

/** Whether all units of the goal are up, so that it is worth asking further. */
export function areUp(goal: Goal, units: Look["units"]): boolean {
  return judgeUnits(goal, units).every(({ verdict }) => verdict.kind === "up" || verdict.kind === "idle");
}

function judgeUnits({ units, application }: Goal, seen: Look["units"]): readonly UnitVerdict[] {
  return units.map((unit) => ({
    unit,
    verdict: judgeUnit(seen.get(unit) ?? { LoadState: "not-found" }, application),
  }));
}

/** What keeps falling over may stay up for longer than the settling time before each fall: after every one, trust takes twice as long. */
function quietMs(settleMs: number, falls: number): number {
  return Math.max(settleMs, Math.min(settleMs * 2 ** falls, MOST_QUIET_MS));
}

function restartsOf({ units }: Goal, look: Look): number {
  return units.reduce((sum, unit) => sum + Number(look.units.get(unit)?.NRestarts ?? 0), 0);
}

/** What is idle may run and end again while everything else is watched; that is its nature. */
function fingerprintOf(verdicts: readonly UnitVerdict[], look: Look): string {
  return verdicts.filter(({ verdict }) => verdict.kind === "up").map(({ unit }) => {
    const { InvocationID, NRestarts } = look.units.get(unit) ?? {};
    return `${unit} ${InvocationID} ${NRestarts}`;
  }).join("\n");
}

/** Time is over, everything is up, but not for long: to blame is what was restarted, or else everything. */
function unsteady(verdicts: readonly UnitVerdict[], look: Look): readonly UnitVerdict[] {
  const restarted = verdicts.filter(({ unit }) => Number(look.units.get(unit)?.NRestarts ?? 0) > 0);
  return (restarted.length > 0 ? restarted : verdicts).map((each) => {
    const count = look.units.get(each.unit)?.NRestarts;
    const words = `does not stay up${count === undefined ? "" : ` (restarted ${count} times)`}`;
    return { ...each, verdict: { kind: "waiting", words } };
  });
}
