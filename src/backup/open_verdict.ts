/**
 * A snapshot gets its tags before restic has read anything: when restic could not read everything after all, it says so only at its end. A
 * run that is killed just then leaves a snapshot that calls itself good and may not be.
 */
import { listSnapshots, type Repository, tagSnapshot } from "../host/restic/repository.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { readLineage } from "./lineage.ts";
import { readRecord, updateRecord } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";
import { GOOD_TAG, INCOMPLETE_TAG } from "./tags.ts";

/** Returns the snapshots that a run which was killed may have left: nobody has said that they are whole. Pure. */
export function doubtful(
  snapshots: readonly Snapshot[],
  open: { readonly since: number } | null,
  lineage: string,
): readonly Snapshot[] {
  if (open === null) return [];
  return snapshots.filter((snapshot) =>
    snapshot.kind === "good" && snapshot.lineage === lineage && snapshot.timeMs >= open.since
  );
}

/** Returns the snapshots as this server may believe them: what it has left undecided does not count as good, whatever it calls itself. */
export function believed(system: ReadSystem, snapshots: readonly Snapshot[]): readonly Snapshot[] {
  const { open } = readRecord(system);
  const left = doubtful(snapshots, open, readLineage(system)?.lineage ?? "");
  return snapshots.map((snapshot) =>
    left.includes(snapshot) ? { ...snapshot, kind: "incomplete" } : snapshot
  );
}

/** Takes the word `good` from what an earlier run left undecided. Returns the snapshots as they are then. */
export async function settleOpenVerdict(
  repository: Repository<System>,
  snapshots: readonly Snapshot[],
  lineage: string,
): Promise<readonly Snapshot[]> {
  const { open } = readRecord(repository.system);
  if (open === null) return snapshots;
  const left = doubtful(snapshots, open, lineage);
  for (const { id } of left) await markIncomplete(repository, id);
  updateRecord(repository.system, { open: null });
  // restic gives a snapshot another id with its new tags: as a parent it serves no more.
  return snapshots.filter((snapshot) => !left.includes(snapshot));
}

/** Says of a snapshot that restic could not read everything. */
async function markIncomplete(repository: Repository<System>, id: string): Promise<void> {
  await tagSnapshot(repository, id, { add: [INCOMPLETE_TAG], remove: [GOOD_TAG] });
}

/** Does the same to the snapshot of this run, and returns what restic calls it from then on. */
export async function demote(repository: Repository<System>, instance: string, id: string): Promise<string> {
  await markIncomplete(repository, id);
  const listed = await listSnapshots(repository, { instance });
  return listed.find(({ original }) => original?.startsWith(id))?.id ?? id;
}
