/**
 * A digest of a tree whose memory does not grow with it, and which does not ask for an order: restic lists by directory, find(1) as it walks.
 *
 * Each entry is hashed to 64 bits and added to one of 256 buckets, which its path chooses. Equal trees have equal buckets; a bucket that differs
 * says where to look again. The hash guards against accidents and not against forgery: restic's own checksums stand for the content.
 */
import type { TreeEntry } from "../host/restic/messages.ts";

/** How many buckets there are: one that differs holds 4,000 of a million entries, few enough to keep. */
export const BUCKETS = 256;

/** The digest of the entries that were added so far. */
export class TreeDigest {
  /** Of regular files. */
  bytes = 0;
  readonly #low = new Uint32Array(BUCKETS);
  readonly #high = new Uint32Array(BUCKETS);

  add(entry: TreeEntry): void {
    const bucket = bucketOf(entry.path);
    const [low, high] = hash(describe(entry));
    // Typed arrays wrap around: this is addition modulo 2^32, and so the order does not matter.
    this.#low[bucket] = (this.#low[bucket] ?? 0) + low;
    this.#high[bucket] = (this.#high[bucket] ?? 0) + high;
    if (entry.kind === "file") this.bytes += entry.size;
  }

  /** Returns the buckets in which two trees differ. */
  differing(other: TreeDigest): readonly number[] {
    return Array.from(this.#low, (_, bucket) => bucket).filter((bucket) =>
      this.#low[bucket] !== other.#low[bucket] || this.#high[bucket] !== other.#high[bucket]
    );
  }
}

/** Returns the bucket of a path. */
export function bucketOf(path: string): number {
  return hash(path)[0] % BUCKETS;
}

/** Everything of an entry that must come back. The size of a directory and the mode of a link mean nothing; groups follow the owner. */
function describe({ path, kind, mode, size, uid }: TreeEntry): string {
  return `${kind}\0${kind === "link" ? "" : mode}\0${kind === "file" ? size : ""}\0${uid}\0${path}`;
}

/** cyrb53's two lanes (bryc, public domain), each well mixed: 64 bits of accident-proof hash without a BigInt. */
function hash(text: string): readonly [number, number] {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return [low >>> 0, high >>> 0];
}
