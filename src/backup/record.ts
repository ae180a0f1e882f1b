/**
 * `.ppm/backup.json`: what the last backups were. It lets `ppm backup` say what the unit's run said, `status` answer without the
 * repository, and the next run finish what an interrupted one left open.
 */
import { EXIT_CODES, type ExitName, UserError } from "../errors.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { BACKUP_RECORD_FILE } from "../layout.ts";
import { type Check, list, nullable, number, oneOf, shape, text } from "../host/check_json.ts";

/** How much `data/` holds. */
export interface DataSize {
  readonly entries: number;
  /** Of regular files. */
  readonly bytes: number;
}

/** The newest good backup. */
export interface GoodBackup extends DataSize {
  /** restic's full id. */
  readonly snapshot: string;
  /** When it was finished, milliseconds since the epoch. */
  readonly time: number;
  /** What the passes added to the repository. */
  readonly addedBytes: number;
  /** From the first stop until everything was active again; 0 where nothing was stopped. */
  readonly downMs: number;
  /** Of the whole run. */
  readonly durationMs: number;
}

/** The newest run, however it ended. */
export interface LastRun {
  /** When it ended, milliseconds since the epoch. */
  readonly time: number;
  /** systemd's INVOCATION_ID of the unit's run; empty where no unit ran it. */
  readonly invocation: string;
  readonly outcome: ExitName;
  /** What was saved, or null if nothing was. */
  readonly kind: "good" | "suspect" | "incomplete" | null;
  readonly snapshot: string | null;
  readonly message: string;
  readonly hint: string | null;
}

/** A pass that counts was begun, and whether its snapshot is what its tags say is not known yet. */
export interface OpenVerdict {
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** What the snapshot, if there is one, was tagged with. */
  readonly tags: readonly string[];
}

/** How far the reading of everything in the repository is. */
export interface CheckState {
  /** The part that is read next, from 1. */
  readonly next: number;
  /** In how many parts. */
  readonly of: number;
  /** When the last part was read, milliseconds since the epoch. */
  readonly time: number;
  /** When the first part of this round was read. */
  readonly cycleStart: number;
}

export interface BackupRecord {
  readonly version: 1;
  readonly good: GoodBackup | null;
  /** What `data/` held when it was last known to be right: in the newest good backup, or in the snapshot that was restored since. */
  readonly expected: DataSize | null;
  readonly last: LastRun | null;
  readonly open: OpenVerdict | null;
  /** The ids of the newest snapshot and of the newest claim that this server made: the repository must know them. */
  readonly mine: readonly string[];
  /** When forgetting last went well, milliseconds since the epoch. */
  readonly forgetTime: number | null;
  /** When pruning last went well. */
  readonly prunedTime: number | null;
  readonly check: CheckState | null;
  /** What the newest housekeeping failed with; null where it did not. */
  readonly fault: HousekeepingFault | null;
  /** When somebody was last told that the newest good backup is too old, milliseconds since the epoch; null since the last good one. */
  readonly toldOverdue: number | null;
}

/** What housekeeping failed with. */
export interface HousekeepingFault {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly message: string;
  readonly hint: string | null;
}

/** The record of an application that was never backed up. */
export const NO_BACKUPS: BackupRecord = {
  version: 1,
  good: null,
  expected: null,
  last: null,
  open: null,
  mine: [],
  forgetTime: null,
  prunedTime: null,
  check: null,
  fault: null,
  toldOverdue: null,
};

const RECORD: Check<BackupRecord> = shape({
  version: oneOf(1),
  good: nullable(shape({
    snapshot: text,
    time: number,
    entries: number,
    bytes: number,
    addedBytes: number,
    downMs: number,
    durationMs: number,
  })),
  expected: nullable(shape({ entries: number, bytes: number })),
  last: nullable(shape({
    time: number,
    invocation: text,
    outcome: oneOf(...EXIT_CODES.map((row) => row.name)),
    kind: nullable(oneOf("good", "suspect", "incomplete")),
    snapshot: nullable(text),
    message: text,
    hint: nullable(text),
  })),
  open: nullable(shape({ since: number, tags: list(text) })),
  mine: list(text),
  forgetTime: nullable(number),
  prunedTime: nullable(number),
  check: nullable(shape({ next: number, of: number, time: number, cycleStart: number })),
  fault: nullable(shape({ time: number, message: text, hint: nullable(text) })),
  toldOverdue: nullable(number),
});

/** Returns the record, {@linkcode NO_BACKUPS} where there is none. Throws {@linkcode UserError} where it cannot be read or is no record. */
export function readRecord(system: ReadSystem): BackupRecord {
  const content = system.readFile(`${system.user.home}/${BACKUP_RECORD_FILE}`);
  if (content === undefined) return NO_BACKUPS;
  try {
    const written: unknown = JSON.parse(new TextDecoder().decode(content));
    // What an older ppm did not know of is as if it had never been.
    return RECORD(isMapping(written) ? { ...NO_BACKUPS, ...written } : written, "");
  } catch (error) {
    throw new UserError(
      `Cannot understand ${BACKUP_RECORD_FILE}: ${error instanceof Error ? error.message : error}`,
      {
        hint:
          "It is written by ppm alone. If a newer ppm wrote it, use that one; else move it away: the next backup writes it anew, " +
          "and only what was known of earlier backups is lost, not the backups",
        cause: error,
      },
    );
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes the record with `changes`, and returns it. */
export function updateRecord(system: System, changes: Partial<BackupRecord>): BackupRecord {
  const record = { ...readRecord(system), ...changes };
  system.writeFile(
    `${system.user.home}/${BACKUP_RECORD_FILE}`,
    `${JSON.stringify(record, null, 2)}\n`,
    0o600,
  );
  return record;
}
