/** A snapshot of an application: what restic lists, read by its tags. */
import type { ResticSnapshot } from "../host/restic/messages.ts";

/**
 * What a snapshot is good for. `good` is said by a tag and never by the lack of one: what was not proven to be whole is never restored by
 * itself.
 */
export type SnapshotKind = "good" | "suspect" | "incomplete" | "hot" | "claim" | "unknown";

/** Which application a snapshot was made of. */
export interface Identity {
  readonly instance: string;
  /** The application's name in appinfo.yml. */
  readonly app: string;
  /** `definitionId()` of where the definition came from. */
  readonly definition: string;
}

/** One snapshot. */
export interface Snapshot {
  /** restic's full id. */
  readonly id: string;
  /** Milliseconds since the epoch, by the clock of the server that made it. */
  readonly timeMs: number;
  readonly kind: SnapshotKind;
  readonly identity: Identity;
  /** The life of the application that made it, 16 hexadecimal digits; empty where it says none. */
  readonly lineage: string;
  /** Whether it was made inside `podman unshare`, and so holds the ids of containers. */
  readonly unshare: boolean;
  /** What `data/` held: entries and bytes; null where it does not say. */
  readonly size: { readonly entries: number; readonly bytes: number } | null;
  /** Of claims only. */
  readonly claim: { readonly counter: number; readonly server: string; readonly machine: string } | null;
}

/** What a snapshot about to be made will say of itself. */
export type SnapshotTags = Pick<Snapshot, "kind" | "identity" | "lineage" | "unshare" | "size" | "claim">;

export type { ResticSnapshot };
