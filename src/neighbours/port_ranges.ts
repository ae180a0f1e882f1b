/** Arithmetic with ranges of ports. Pure. */
import type { PortRange } from "../definition/open_port.ts";

/** Ports that somebody has. */
export interface HeldRange extends PortRange {
  readonly user: string;
}

/** Ports that several have, each of them all of these. */
export interface SharedRange extends PortRange {
  /** Two or more, sorted. */
  readonly users: readonly string[];
}

/** Returns the same ports as few ranges as can be, by number: neither overlapping nor adjacent. */
export function mergeRanges(ranges: readonly PortRange[]): readonly PortRange[] {
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of ranges.toSorted((a, b) => a.first - b.first)) {
    const open = merged.at(-1);
    if (open !== undefined && first <= open.last + 1) open.last = Math.max(open.last, last);
    else merged.push({ first, last });
  }
  return merged;
}

/**
 * Returns the ports that more than one user has, by number, cut wherever others have them. Each user's ranges must be merged. It takes no
 * longer than sorting what begins and ends: whoever publishes thousands of ranges must not keep others waiting.
 */
export function sharedRanges(held: readonly HeldRange[]): readonly SharedRange[] {
  const edges = held.flatMap(({ first, last, user }) => [
    { at: first, user, begins: true },
    { at: last + 1, user, begins: false },
  ]).sort((a, b) => a.at - b.at);
  const shared: SharedRange[] = [];
  const users = new Set<string>();
  for (const [index, { at, user, begins }] of edges.entries()) {
    if (begins) users.add(user);
    else users.delete(user);
    const next = edges[index + 1]?.at ?? at;
    if (next > at && users.size > 1) shared.push({ first: at, last: next - 1, users: [...users].sort() });
  }
  return shared;
}
