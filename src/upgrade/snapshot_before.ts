/** The snapshot that an upgrade takes before it changes anything, and after which nothing of the application runs. */
import type { Hands } from "../apply/hands.ts";
import type { BackupJob } from "../backup/make_backup.ts";
import { readIntent } from "../backup/intent.ts";
import { saveAndStop } from "../backup/save_and_stop.ts";
import { size } from "../ui/units_of_measure.ts";
import { UserError } from "../errors.ts";

/** The snapshot, and what was stopped for it. */
export interface SavedBefore {
  /** The id as restic told it: 0.14 shortens it. */
  readonly snapshot: string;
  /** Those that ran and that nobody has stopped by hand meanwhile. */
  readonly units: readonly string[];
}

/**
 * Saves the data as `job` says; `running` are the units that run. Throws, with the application running again, unless the snapshot is a good
 * one, and where somebody has stopped the application meanwhile.
 */
export async function snapshotBefore(
  hands: Hands,
  job: BackupJob,
  running: readonly string[],
): Promise<SavedBefore> {
  const { system, output } = hands;
  const made = await saveAndStop(hands, { ...job, leavesStoppedFor: "upgrade" }, "upgrade");
  const units = running.length === 0 ? [] : readIntent(system)?.units;
  if (units !== undefined) {
    output.info(`Saved as snapshot ${made.saved.snapshot.slice(0, 8)}: ${size(made.scan.bytes)}`);
    return { snapshot: made.saved.snapshot, units };
  }
  throw new UserError("Cannot upgrade: the application was stopped by hand meanwhile", {
    hint: "Nothing was changed. To upgrade it all the same: ppm upgrade --apply",
  });
}
