/** A backup after which nothing of the application runs: what goes on from there (an upgrade, a fence) needs a good one. */
import type { Hands } from "../apply/hands.ts";
import { UserError } from "../errors.ts";
import { type BackupJob, type MadeBackup, makeBackup } from "./make_backup.ts";
import { Narrator } from "./narrator.ts";
import { resume } from "./pause.ts";
import { readRecord, updateRecord } from "./record.ts";
import { changesOf } from "./record_run.ts";

/**
 * Saves the data with the application stopped, and leaves it so; the intent says what ran. Throws, with the application running again, unless the
 * snapshot is a good one: `verb` is what cannot be done then. Whoever calls it holds the lock.
 */
export async function saveAndStop(
  hands: Hands,
  job: BackupJob & Required<Pick<BackupJob, "leavesStoppedFor">>,
  verb: string,
): Promise<MadeBackup> {
  const { system, clock } = hands;
  const invocation = system.environment("INVOCATION_ID") ?? "";
  const policy = { ...job.policy, stop: true, hot: true }; // it is stopped anyway, and nothing may be written afterwards
  const made = await makeBackup(hands, { ...job, policy }, new Narrator(hands, invocation));
  const changes = changesOf(made, readRecord(system), { invocation, nowMs: clock.now() });
  updateRecord(system, changes);
  if (made.verdict.kind === "good") return made;
  await resume(hands, job.manifest);
  throw new UserError(`Cannot ${verb} without a good snapshot. ${changes.last.message}`, {
    exit: "backup",
    ...(changes.last.hint === null ? {} : { hint: changes.last.hint }),
  });
}
