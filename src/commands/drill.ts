/** `ppm drill`: proves the backup. */
import { withLock } from "../apply/lock.ts";
import { drill } from "../backup/drill.ts";
import type { DrillRecord } from "../backup/drill_record.ts";
import { openRepository } from "../backup/open_repository.ts";
import { pickSnapshot } from "../backup/pick.ts";
import { publishTimes } from "../backup/state_times.ts";
import type { ExitName } from "../errors.ts";
import { ReadOnlySystem } from "../host/read_only_system.ts";
import { readTimes } from "../neighbours/published_times.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { entryCount, size } from "../ui/units_of_measure.ts";
import { requireBackedUp } from "./backup_of.ts";
import { changingCommand, type Context, DRY_RUN_FLAG, JSON_FLAG } from "./command.ts";

export const command = changingCommand({
  help: [
    "Restores the newest good snapshot to a directory beside data/, compares everything in it with what the snapshot lists (names, sizes, modes, owners; restic compares the content), " +
    "and removes it again. The application runs on; for a while, the data takes its room twice.",
    "When it was, and how long it took, stands in ppm status and in the state file: that long a real restore will take. Exits with 6 if the backup was not proven.",
  ],
  examples: [
    { command: "ppm drill", meaning: "prove that the newest backup can be restored" },
    { command: "ppm drill --dry-run", meaning: "show which snapshot would be tried" },
  ],
  flags: { dryRun: DRY_RUN_FLAG, json: JSON_FLAG },
  asRoot: false,
  async run(context, { dryRun, json }): Promise<ExitName> {
    const { output } = context;
    const request = await requireBackedUp(context);
    if (dryRun) {
      const hands = { ...context, system: new ReadOnlySystem(context.system) };
      const repository = openRepository(hands, request.backup);
      const { snapshot } = await pickSnapshot(hands, { ...request, repository, wanted: undefined });
      const time = new Date(snapshot.timeMs).toISOString();
      if (json) output.json({ snapshot: snapshot.id, time, size: snapshot.size });
      else {output.print(
          `restore the snapshot ${
            snapshot.id.slice(0, 8)
          } of ${time} beside data/, compare it, and remove it`,
        );}
      return "done";
    }
    const record = await drill(context, request);
    await publish(context);
    if (json) output.json({ ...record, time: new Date(record.time).toISOString() });
    else output.info(inWords(record));
    return "done";
  },
});

/** Tells the neighbours; whoever is at work right now is waited for. */
async function publish({ system, clock, output }: Context): Promise<void> {
  const onWait = (holder: string) =>
    output.info(`Waiting to publish the time: the lock is held by ${holder}`);
  await withLock(
    system,
    { verb: "drill", clock, wait: true, onWait },
    () => publishTimes(system, requireManifest(system), readTimes(system)),
  );
}

function inWords({ snapshot, entries, bytes, durationMs }: DrillRecord): string {
  return `Proven: the snapshot ${snapshot?.slice(0, 8)} came back whole, ${entryCount(entries)}, ${
    size(bytes)
  }, in ${(durationMs / 1000).toFixed(1)} s`;
}
