/** Ranges of subordinate ids: subuid(5), subgid(5). Pure. */

/** A line of /etc/subuid or /etc/subgid. */
export interface IdRange {
  /** A user's name, or a uid. */
  readonly owner: string;
  readonly first: number;
  readonly count: number;
}

/** How many ids a container expects: every user that may be in an image, and what useradd(8) gives. */
export const ENOUGH_IDS = 65_536;

/** Below this, real users have their ids; useradd(8) begins here too (SUB_UID_MIN of login.defs(5)). */
const LOWEST_FREE = 100_000;

/** Reads the file; a line that is none of its form counts nothing. */
export function parseIdRanges(text: string): readonly IdRange[] {
  return Array.from(
    text.matchAll(/^([^:\n]+):(\d+):(\d+)$/gm),
    ([, owner = "", first, count]) => ({ owner, first: Number(first), count: Number(count) }),
  );
}

/** Returns the ranges of a user, who is named in either way. */
export function rangesOf(
  ranges: readonly IdRange[],
  { name, uid }: { readonly name: string; readonly uid: number },
): readonly IdRange[] {
  return ranges.filter(({ owner }) => owner === name || owner === String(uid));
}

export function countIds(ranges: readonly IdRange[]): number {
  return ranges.reduce((sum, { count }) => sum + count, 0);
}

/** Returns somebody else's range that has ids in common with one of `own`. */
export function overlapping(own: readonly IdRange[], all: readonly IdRange[]): IdRange | undefined {
  return all.find((other) =>
    !own.includes(other) &&
    own.some((range) => range.first < other.first + other.count && other.first < range.first + range.count)
  );
}

/**
 * Returns the first id of a range of {@linkcode ENOUGH_IDS} that nobody of `taken` has: the one of `known`, which the user has in the other file,
 * if it is free, for files of its containers may have these numbers; else one above all, on a round number.
 */
export function freeRange(taken: readonly IdRange[], known: readonly IdRange[] = []): number {
  const same = known.find((range) => range.count >= ENOUGH_IDS && overlapping([range], taken) === undefined);
  if (same !== undefined) return same.first;
  const above = Math.max(LOWEST_FREE, ...[...taken, ...known].map(({ first, count }) => first + count));
  return Math.ceil(above / 100_000) * 100_000;
}
