/** `ppm backup --overdue`: what a timer asks, so that somebody is told of backups that do not happen. */
import type { Hands } from "../apply/hands.ts";
import { withLock } from "../apply/lock.ts";
import { type ExitName, UserError } from "../errors.ts";
import type { Manifest } from "../plan/manifest.ts";
import { aliveSince, overdueBy, overdueWords } from "./neglect.ts";
import { readRecord, updateRecord } from "./record.ts";

/** Once a day is enough; an hour less, because a timer does not elapse at the same second each day. */
const TELL_AGAIN_MS = 23 * 3_600_000;

/**
 * Returns `amiss`, so that the unit fails and its `OnFailure=` tells somebody, if the newest good backup is older than the policy lets it
 * become; once a day at most. A ppm that is at work is left alone: it may be making that very backup.
 */
export async function overdue({ system, clock, output }: Hands, manifest: Manifest): Promise<ExitName> {
  const policy = manifest.backup;
  if (policy === null) return "done";
  const record = readRecord(system);
  const nowMs = clock.now();
  const ageMs = overdueBy(record, policy, { sinceMs: aliveSince(system, manifest), nowMs });
  if (ageMs === undefined) return "done";
  if (record.toldOverdue !== null && Math.abs(nowMs - record.toldOverdue) < TELL_AGAIN_MS) return "done";
  try {
    await withLock(system, { verb: "backup --overdue", clock, wait: false, onWait: () => {} }, () => {
      updateRecord(system, { toldOverdue: nowMs });
      return Promise.resolve();
    });
  } catch (error) {
    if (error instanceof UserError && error.exit === "locked") return "done";
    throw error;
  }
  output.error(`Backups of "${manifest.instance}" are overdue: ${overdueWords(record, policy, ageMs)}`);
  output.hint("See why: ppm status; then: ppm backup");
  return "amiss";
}
