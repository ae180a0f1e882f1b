/** What restic prints, read and checked: 0.14 to 0.19. */

/** One element of `restic snapshots --json`. */
export interface ResticSnapshot {
  /** The full id. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly hostname: string;
  readonly username: string;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
}

/** How far a pass or a restore is. */
export interface Progress {
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** One entry of a snapshot, or of a directory that is compared with one. */
export interface TreeEntry {
  /** Relative to what was listed, with slashes, without one at its beginning. */
  readonly path: string;
  readonly kind: "file" | "directory" | "link" | "other";
  /** Bytes; of files only. */
  readonly size: number;
  /** Permission bits with set-user-ID, set-group-ID and sticky; of anything but links. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}
