/** What has not been done for too long: a backup, forgetting, reading the repository. Pure, but for the question since when. */
import type { BackupPolicy } from "../definition/backup_policy.ts";
import type { ReadSystem } from "../host/system.ts";
import { LINEAGE_FILE } from "../layout.ts";
import type { Manifest } from "../plan/manifest.ts";
import { span } from "../ui/units_of_measure.ts";
import type { BackupRecord } from "./record.ts";

const DAY_MS = 86_400_000;

/** Forgetting is weekly; two weeks without it is once missed. */
const FORGET_PATIENCE_MS = 14 * DAY_MS;

/** Something that is amiss, and what to do about it. */
export interface Complaint {
  readonly message: string;
  /** The next command. */
  readonly next: string;
}

/** Returns since when this server could have made backups: since it claimed the instance, or was set up. */
export function aliveSince(system: ReadSystem, manifest: Manifest): number {
  return system.lstat(`${system.user.home}/${LINEAGE_FILE}`)?.modifiedMs ?? Date.parse(manifest.time);
}

/** Returns how old the newest good backup is, if it is older than the policy lets it become; where there is none, how long there has been none. */
export function overdueBy(
  { good }: Pick<BackupRecord, "good">,
  { maxAgeMs }: Pick<BackupPolicy, "maxAgeMs">,
  { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
): number | undefined {
  const ageMs = nowMs - (good?.time ?? sinceMs);
  return maxAgeMs !== null && ageMs > maxAgeMs ? ageMs : undefined;
}

/** Says that a backup is overdue. */
export function overdueWords(
  { good }: Pick<BackupRecord, "good">,
  { maxAgeMs }: Pick<BackupPolicy, "maxAgeMs">,
  ageMs: number,
): string {
  const limit = `and no more than ${span(maxAgeMs ?? 0)} may pass`;
  return good === null
    ? `there has been no good backup for ${span(ageMs)}, ${limit}`
    : `the last good backup is ${span(ageMs)} old, ${limit}`;
}

/** Returns how long nothing was forgotten, if that is too long. */
export function forgettingNeglected(
  { forgetTime }: Pick<BackupRecord, "forgetTime">,
  { keep }: Pick<BackupPolicy, "keep">,
  { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
): number | undefined {
  const passedMs = nowMs - (forgetTime ?? sinceMs);
  return keep !== "all" && passedMs > FORGET_PATIENCE_MS ? passedMs : undefined;
}

/** Returns how long nothing of the repository was read, if that is twice as long as reading all of it may take. */
export function checkNeglected(
  { check }: Pick<BackupRecord, "check">,
  { checkDays }: Pick<BackupPolicy, "checkDays">,
  { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
): number | undefined {
  const passedMs = nowMs - (check?.time ?? sinceMs);
  return passedMs > 2 * checkDays * DAY_MS ? passedMs : undefined;
}
