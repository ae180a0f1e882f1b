/**
 * What may be forgotten. Pure. restic's rule proposes, and is not believed: with it alone, seven daily snapshots of an empty directory make all
 * good ones go. It is asked about good snapshots only, and what it proposes is checked here before anything is removed by id.
 */
import type { Keep } from "../definition/backup_policy.ts";
import { UserError } from "../errors.ts";
import type { ForgetPlan } from "../host/restic/repository.ts";
import { isOf, newestGood } from "./choose.ts";
import { supersededClaims } from "./lineage.ts";
import type { Identity, Snapshot } from "./snapshot.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** For so long before the newest good snapshot, what may be broken is kept: it may be all there is of something. */
export const DOUBTFUL_MS = 30 * DAY_MS;

/** The longest that a period of each rule can be, by the clock on the wall: an hour that autumn repeats, the day with it, the longest month, a leap year. */
const LONGEST_MS: Readonly<Record<keyof Keep, number>> = {
  hourly: 2 * HOUR_MS,
  daily: 25 * HOUR_MS,
  weekly: 7 * DAY_MS + HOUR_MS,
  monthly: 31 * DAY_MS + HOUR_MS,
  yearly: 366 * DAY_MS + HOUR_MS,
};

/** Whose snapshots, out of which. */
export interface Inventory {
  /** Of the instance, all kinds. */
  readonly snapshots: readonly Snapshot[];
  readonly identity: Identity;
  readonly nowMs: number;
}

/**
 * Returns how many of `good` the rule keeps at least, whatever the time zone.
 *
 * The sum of the counts is no bound: one snapshot can be the last of its day, its week and its month. The largest count is none either: ten
 * snapshots of one day are one for the rule, however many days it keeps. So for each rule those are counted that lie apart by the longest
 * such period, and so certainly in different ones: restic keeps one in each, up to the rule's count. What holds for each rule holds for all together,
 * hence the maximum; and the newest one stays in any case.
 */
export function leastKept(good: readonly Snapshot[], keep: Keep): number {
  const times = good.map(({ timeMs }) => timeMs).toSorted((a, b) => b - a);
  const bounds = (Object.keys(LONGEST_MS) as (keyof Keep)[])
    .map((rule) => Math.min(keep[rule], countApart(times, LONGEST_MS[rule])));
  return Math.max(Math.min(1, good.length), ...bounds);
}

/**
 * Returns the ids of the good snapshots that may be forgotten. Throws, to exit with 8, where restic's `plan` would remove what is not a good
 * snapshot of this application, the newest good one, or more than the rule allows.
 */
export function checkForgetting(
  plan: Pick<ForgetPlan, "remove">,
  keep: Keep,
  { snapshots, identity, nowMs }: Inventory,
): readonly string[] {
  const good = snapshots.filter((snapshot) => snapshot.kind === "good" && isOf(snapshot, identity));
  const removed = new Set(plan.remove);
  const foreign = plan.remove.filter((id) => !good.some((snapshot) => snapshot.id === id));
  if (foreign.length > 0) {
    refuse(`it would remove ${foreign[0]}, which is no good snapshot of this application`);
  }
  const newest = newestGood(snapshots, identity, nowMs);
  if (newest === undefined || removed.has(newest.id)) {
    if (removed.size > 0) refuse("it would remove the newest good one");
    return [];
  }
  const left = good.length - removed.size;
  const least = leastKept(good, keep);
  if (left < least) {
    refuse(`it would leave ${left} of ${good.length} good ones, and the rule keeps at least ${least}`);
  }
  return [...removed];
}

/**
 * Returns what else may be forgotten, once something good is newer: hot snapshots, what was suspect or incomplete long before, and claims that
 * a higher one has made void.
 */
export function worthless({ snapshots, identity, nowMs }: Inventory): readonly Snapshot[] {
  const newest = newestGood(snapshots, identity, nowMs);
  if (newest === undefined) return [];
  const own = snapshots.filter((snapshot) => isOf(snapshot, identity));
  const doubtful = own.filter(({ kind, timeMs }) =>
    (kind === "suspect" || kind === "incomplete") && timeMs < newest.timeMs - DOUBTFUL_MS
  );
  const hot = own.filter(({ kind, timeMs }) => kind === "hot" && timeMs < newest.timeMs);
  return [...hot, ...doubtful, ...supersededClaims(snapshots)];
}

/** Whether nothing newer than the newest good snapshot is in doubt: otherwise good ones are not forgotten, so that they stand when it turns out. */
export function isBeyondDoubt({ snapshots, identity, nowMs }: Inventory): boolean {
  const newest = newestGood(snapshots, identity, nowMs);
  return newest !== undefined &&
    !snapshots.some(({ kind, timeMs }) =>
      (kind === "suspect" || kind === "incomplete") && timeMs > newest.timeMs
    );
}

/** How many of `times`, newest first, can be chosen so that neighbours lie at least `gapMs` apart. */
function countApart(times: readonly number[], gapMs: number): number {
  let count = 0;
  let last = Infinity;
  for (const time of times) {
    if (last - time < gapMs) continue;
    last = time;
    count++;
  }
  return count;
}

function refuse(why: string): never {
  throw new UserError(`Cannot forget old snapshots: restic's answer is not believed, because ${why}`, {
    exit: "refused",
    hint: "Nothing was forgotten. Look at them: ppm snapshots",
  });
}
