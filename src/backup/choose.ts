/** Which snapshot is meant. Pure. `latest`, as restic has it, is never asked: it takes what is suspect, and what is dated 2099. */
import type { Identity, Snapshot } from "./snapshot.ts";

/** How far ahead a clock may be before its snapshots are not believed: beyond every time zone's mistake. */
export const FUTURE_MS = 24 * 3_600_000;

/** What the beginning of an id stands for. */
export type Found =
  | { readonly kind: "found"; readonly snapshot: Snapshot }
  | { readonly kind: "none" }
  | { readonly kind: "ambiguous"; readonly snapshots: readonly Snapshot[] };

/** Returns the snapshots of one instance, whatever they are good for, the newest first. */
export function ofInstance(snapshots: readonly Snapshot[], instance: string): readonly Snapshot[] {
  return snapshots.filter(({ identity }) => identity.instance === instance).toSorted(newestFirst);
}

/** Whether a snapshot was made of this very application: instance, name and definition. */
export function isOf(snapshot: Snapshot, identity: Identity): boolean {
  const { instance, app, definition } = snapshot.identity;
  return instance === identity.instance && app === identity.app && definition === identity.definition;
}

/** Whether a snapshot is dated so far ahead that its date means nothing. */
export function isFuture(snapshot: Snapshot, nowMs: number): boolean {
  return snapshot.timeMs > nowMs + FUTURE_MS;
}

/** Returns the newest snapshot that counts as good: proven whole, of this application, and not dated in the future. */
export function newestGood(
  snapshots: readonly Snapshot[],
  identity: Identity,
  nowMs: number,
): Snapshot | undefined {
  return snapshots.filter((snapshot) =>
    snapshot.kind === "good" && isOf(snapshot, identity) && !isFuture(snapshot, nowMs)
  ).toSorted(newestFirst)[0];
}

/**
 * Returns the snapshot that the next pass compares files with: the newest of this instance's own, hot ones included, whatever it is worth; a
 * claim has no data. `snapshots` are those of the instance.
 */
export function parentFor(snapshots: readonly Snapshot[]): Snapshot | undefined {
  return snapshots.filter(({ kind }) => kind !== "claim" && kind !== "unknown").toSorted(newestFirst)[0];
}

/** Finds the snapshot whose id begins with `text`. */
export function findByPrefix(snapshots: readonly Snapshot[], text: string): Found {
  if (!/^[0-9a-f]+$/.test(text)) return { kind: "none" };
  const matches = snapshots.filter(({ id }) => id.startsWith(text));
  const [snapshot] = matches;
  if (snapshot === undefined) return { kind: "none" };
  return matches.length === 1 ? { kind: "found", snapshot } : { kind: "ambiguous", snapshots: matches };
}

/** The id breaks a tie, so that everybody chooses the same. */
function newestFirst(a: Snapshot, b: Snapshot): number {
  return b.timeMs - a.timeMs || (a.id < b.id ? 1 : -1);
}
