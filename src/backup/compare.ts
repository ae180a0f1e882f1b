/** Compares what a snapshot lists with what stands after a restore: names, kinds, sizes, modes, owners. Pure. */
import type { TreeEntry } from "../host/restic/messages.ts";
import { formatMode } from "../host/file_error.ts";
import { bucketOf, type TreeDigest } from "./digest.ts";

/** How many culprits are named. */
export const MOST_NAMED = 10;

/** How many buckets are looked into: each holds at least one culprit. */
const MOST_BUCKETS = MOST_NAMED;

/** Whose files are expected where the snapshot was not made inside `podman unshare`: this user's, whatever number the user had there. */
export interface Owner {
  readonly uid: number;
}

/** Returns an entry of a snapshot as it must stand after a restore. */
export function expectedEntry(entry: TreeEntry, owner: Owner | undefined): TreeEntry {
  return owner === undefined ? entry : { ...entry, uid: owner.uid };
}

/** Collects the entries of both sides that lie in differing buckets, and says what differs. */
export class Culprits {
  readonly #buckets: ReadonlySet<number>;
  readonly #expected = new Map<string, TreeEntry>();
  readonly #found = new Map<string, TreeEntry>();

  constructor(expected: TreeDigest, found: TreeDigest) {
    this.#buckets = new Set(expected.differing(found).slice(0, MOST_BUCKETS));
  }

  /** Adds what was listed of the snapshot. */
  expect(entry: TreeEntry): void {
    if (this.#buckets.has(bucketOf(entry.path))) this.#expected.set(entry.path, entry);
  }

  /** Adds what was found on the disk. */
  find(entry: TreeEntry): void {
    if (this.#buckets.has(bucketOf(entry.path))) this.#found.set(entry.path, entry);
  }

  /** Returns at most {@linkcode MOST_NAMED} lines, `PATH: what differs`. */
  get lines(): readonly string[] {
    const paths = [...new Set([...this.#expected.keys(), ...this.#found.keys()])].sort();
    return paths.flatMap((path) => {
      const fault = difference(this.#expected.get(path), this.#found.get(path));
      return fault === undefined ? [] : [`${path}: ${fault}`];
    }).slice(0, MOST_NAMED);
  }
}

/** Returns how what was found differs from what was expected; undefined if it does not. */
export function difference(
  expected: TreeEntry | undefined,
  found: TreeEntry | undefined,
): string | undefined {
  if (expected === undefined) return found === undefined ? undefined : "it is not in the snapshot";
  if (found === undefined) return "it is missing";
  if (expected.kind !== found.kind) return `expected a ${expected.kind}, found a ${found.kind}`;
  if (expected.kind === "file" && expected.size !== found.size) {
    return `expected ${expected.size} bytes, found ${found.size}`;
  }
  if (expected.kind !== "link" && expected.mode !== found.mode) {
    return `expected mode ${formatMode(expected.mode)}, found ${formatMode(found.mode)}`;
  }
  return expected.uid === found.uid ? undefined : `expected owner ${expected.uid}, found ${found.uid}`;
}
