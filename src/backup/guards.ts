/**
 * Whether `data/` may be backed up, and what the snapshot is then worth. Pure.
 *
 * Both restics save a link or an empty directory with exit code 0, and a rule that keeps seven days then forgets the last good snapshot
 * after a week: so it is ppm that looks, before every pass.
 */
import { UserError } from "../errors.ts";
import type { FileStat, User } from "../host/system.ts";
import { DATA_DIRECTORY } from "../layout.ts";

/** What was found below `data/`. */
export interface DataScan {
  /** Files, directories, links and whatever else, `data/` itself not counted. */
  readonly entries: number;
  /** Of regular files. */
  readonly bytes: number;
  /** What could not be read, relative to the home directory. */
  readonly unreadable: readonly string[];
  /** Whether everything that touches `data/` has to happen inside `podman unshare`. */
  readonly unshare: boolean;
}

/** What a snapshot of `data/` is worth, with the reason for people. */
export type DataVerdict =
  | { readonly kind: "good" }
  | { readonly kind: "suspect" | "incomplete"; readonly why: string };

/** How many entries that cannot be read are named. */
const MOST_NAMED = 10;

/** Throws, to exit with 8, unless `data/` is a real directory of this user. */
export function requireRealData(stat: FileStat | undefined, user: User): void {
  const path = `${user.home}/${DATA_DIRECTORY}`;
  if (stat === undefined) {
    refuse(
      `Cannot back up ${path}: it does not exist`,
      "Bring it back from the last good snapshot: ppm setup",
    );
  }
  if (stat.kind === "link") {
    refuse(
      `Cannot back up ${path}: it is a symbolic link, of which restic would save the link alone`,
      "Move what it points to into its place; for a disk of its own, mount the home directory",
    );
  }
  if (stat.kind !== "directory") {
    refuse(`Cannot back up ${path}: it is not a directory`, "Move it out of the way, then: ppm setup");
  }
  if (stat.uid !== user.uid) {
    refuse(`Cannot back up ${path}: it belongs to uid ${stat.uid}`, `As root: chown ${user.name} ${path}`);
  }
}

function refuse(message: string, hint: string): never {
  throw new UserError(message, { exit: "refused", hint });
}

/**
 * Judges what was found, against the last good backup. Less than half of the entries or bytes of then is suspect, as is nothing at all,
 * unless somebody has said that it is meant so.
 */
export function judgeData(
  scan: DataScan,
  last: { readonly entries: number; readonly bytes: number } | null,
  { accepted }: { readonly accepted: boolean },
): DataVerdict {
  if (scan.unreadable.length > 0) return { kind: "incomplete", why: unreadableWords(scan.unreadable) };
  if (accepted) return { kind: "good" };
  if (scan.entries === 0) {
    return last?.entries === 0 ? { kind: "good" } : suspect(`${DATA_DIRECTORY}/ is empty`);
  }
  if (last === null) return { kind: "good" };
  if (scan.entries * 2 < last.entries) {
    return suspect(
      `${DATA_DIRECTORY}/ has ${scan.entries} entries, and had ${last.entries} in the last good backup`,
    );
  }
  if (scan.bytes * 2 < last.bytes) {
    return suspect(
      `${DATA_DIRECTORY}/ has ${scan.bytes} bytes, and had ${last.bytes} in the last good backup`,
    );
  }
  return { kind: "good" };
}

function suspect(why: string): DataVerdict {
  return { kind: "suspect", why };
}

function unreadableWords(unreadable: readonly string[]): string {
  const more = unreadable.length - MOST_NAMED;
  const named = unreadable.slice(0, MOST_NAMED).join(", ");
  return `Some of it cannot be read: ${named}${more > 0 ? ` and ${more} more` : ""}`;
}
