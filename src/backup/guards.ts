/**
 * Whether `data/` may be backed up, and what the snapshot is then worth.
 *
 * Both restics save a link or an empty directory with exit code 0, and a rule that keeps seven days then forgets the last good snapshot
 * after a week: so it is ppm that looks, before every pass.
 */
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { DATA_DIRECTORY } from "../layout.ts";
import type { DataSize } from "./record.ts";
import { dataPath, lookAtData } from "./look_at_data.ts";

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

/** Throws, to exit with 8, unless `data/` is a real directory of this user, and can be looked into. */
export async function requireRealData(system: ReadSystem): Promise<void> {
  const message = `Cannot back up ${dataPath(system.user)}`;
  const standing = await lookAtData(system).catch((error) => {
    if (!(error instanceof UserError)) throw error;
    throw refused(
      `${message}: ${error.message}`,
      error.hint ?? "See whom it belongs to: ls -ld ~/data",
      error,
    );
  });
  if (standing.kind === "absent") {
    throw refused(`${message}: it does not exist`, "Bring it back from the last good snapshot: ppm setup");
  }
  if (standing.kind === "wrong") throw refused(`${message}: ${standing.fault}`, standing.remedy);
}

function refused(message: string, hint: string, cause?: unknown): UserError {
  return new UserError(message, { exit: "refused", hint, cause });
}

/**
 * Judges what was found, against what `data/` held when it was last known to be right. Less than half of the entries or bytes of then is
 * suspect, as is nothing at all, unless somebody has said that it is meant so.
 */
export function judgeData(
  scan: DataScan,
  expected: DataSize | null,
  { accepted }: { readonly accepted: boolean },
): DataVerdict {
  if (scan.unreadable.length > 0) return { kind: "incomplete", why: unreadableWords(scan.unreadable) };
  if (accepted) return { kind: "good" };
  if (scan.entries === 0) {
    return expected?.entries === 0 ? { kind: "good" } : suspect(`${DATA_DIRECTORY}/ is empty`);
  }
  if (expected === null) return { kind: "good" };
  if (scan.entries * 2 < expected.entries) {
    return suspect(
      `${DATA_DIRECTORY}/ has ${scan.entries} entries, and had ${expected.entries} when it was last known to be right`,
    );
  }
  if (scan.bytes * 2 < expected.bytes) {
    return suspect(
      `${DATA_DIRECTORY}/ has ${scan.bytes} bytes, and had ${expected.bytes} when it was last known to be right`,
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
