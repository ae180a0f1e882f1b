/** An application that is backed up. */
import type { BackupPolicy } from "../../src/definition/backup_policy.ts";
import type { BackupRecord } from "../../src/backup/record.ts";
import { NO_BACKUPS } from "../../src/backup/record.ts";

/** Returns a policy of daily backups, changed as `changes` say. */
export function aPolicy(changes: Partial<BackupPolicy> = {}): BackupPolicy {
  return {
    plugin: "backups_scheduled",
    oncalendar: "*-*-* 03:00",
    stop: true,
    hot: true,
    keep: { hourly: 0, daily: 7, weekly: 4, monthly: 6, yearly: 0 },
    exclude: [],
    checkDays: 7,
    maxAgeMs: 26 * 3_600_000,
    request: null,
    ...changes,
  };
}

/** Returns a record of one good backup that was finished at `time`, changed as `changes` say. */
export function aRecord(time: number, changes: Partial<BackupRecord> = {}): BackupRecord {
  const good = {
    snapshot: "1".repeat(64),
    time,
    entries: 12,
    bytes: 47_185_920,
    addedBytes: 1024,
    downMs: 2500,
    durationMs: 9000,
  };
  const last = {
    time,
    invocation: "",
    outcome: "done" as const,
    kind: "good" as const,
    snapshot: good.snapshot,
    message: "Backed up",
    hint: null,
  };
  return { ...NO_BACKUPS, good, last, mine: [good.snapshot], forgetTime: time, prunedTime: time, ...changes };
}
