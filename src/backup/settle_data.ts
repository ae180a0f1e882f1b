/** Settles `data/` for a setup: it stands, is brought back, or begins empty by an explicit word. It never comes from a doubt. */
import type { Hands } from "../apply/hands.ts";
import type { BackupConfig } from "../config/config.ts";
import { UserError } from "../errors.ts";
import { listSnapshots, repositoryId } from "../host/restic/repository.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { withoutCredentials } from "../ui/redaction.ts";
import { entryCount, size } from "../ui/units_of_measure.ts";
import { newestGood, ofInstance } from "./choose.ts";
import { ensureClaim } from "./claim.ts";
import {
  type DataStep,
  decideByRepository,
  decideLocally,
  describeDataStep,
  type LocalFacts,
} from "./decide_data.ts";
import { nextLineage, readLineage, type RepositoryPin, writeLineage } from "./lineage.ts";
import { dataPath, lookAtData } from "./look_at_data.ts";
import { believed } from "./open_verdict.ts";
import { requireSnapshot, warnOfKind } from "./pick.ts";
import { readRecord, updateRecord } from "./record.ts";
import { LEFT_LOCK_MS } from "./patience.ts";
import { restoreInto } from "./restore.ts";
import type { Identity, Snapshot } from "./snapshot.ts";
import { openRepository } from "./open_repository.ts";
import { openSource } from "./source.ts";
import { newStaging, removeStagings } from "./staging.ts";
import { swapIn } from "./swap.ts";
import { readSnapshot } from "./tags.ts";

/** Whose data is to be settled, and what was asked for. */
export interface SettleRequest {
  readonly backup: BackupConfig;
  readonly identity: Identity;
  /** `--fresh`. */
  readonly fresh: boolean;
  /** `--from SNAPSHOT`: the beginning of an id. */
  readonly from: string | undefined;
}

/** What is to be done, and what the repository said of it; `snapshots` are those of the instance, empty where it was not asked. */
interface Decision {
  readonly step: DataStep;
  readonly snapshots: readonly Snapshot[];
  readonly pin: RepositoryPin | null;
}

/** Returns what {@linkcode settleData} would do. Changes nothing. */
export async function previewData(hands: Hands<ReadSystem>, request: SettleRequest): Promise<DataStep> {
  return (await decide(hands, request)).step;
}

/**
 * Brings `data/` to stand, and claims the instance where it was brought back or begun. Whoever calls it holds the lock. The repository is
 * asked only where `data/` is missing or a claim is still to be made. Killed anywhere, it is begun anew by the next call.
 */
export async function settleData(hands: Hands, request: SettleRequest): Promise<DataStep> {
  const { system, output } = hands;
  const { step, snapshots, pin } = await decide(hands, request);
  switch (step.kind) {
    case "keep":
      if (readLineage(system)?.claimed !== false) return step;
      break;
    case "restore":
      await restoreData(hands, request, { snapshot: step.snapshot, snapshots, pin });
      break;
    case "fresh":
      writeLineage(system, nextLineage(snapshots, { fresh: true, repository: pin }));
      system.makeDirectory(dataPath(system.user), 0o700);
      output.info(`${describeDataStep(step).what} (${step.why})`);
      break;
  }
  await claim(hands, request, snapshots);
  return step;
}

/** Finishes the claim; `snapshots`: what the repository listed, empty where it was not asked. */
async function claim(
  hands: Hands,
  { backup, identity }: SettleRequest,
  snapshots: readonly Snapshot[],
): Promise<void> {
  const repository = openRepository(hands, backup);
  const listed = snapshots.length > 0
    ? snapshots
    : (await listSnapshots(repository, { instance: identity.instance })).map(readSnapshot);
  await ensureClaim(hands, { repository, identity, snapshots: listed });
}

async function decide(hands: Hands<ReadSystem>, request: SettleRequest): Promise<Decision> {
  const { system, clock, output } = hands;
  const facts: LocalFacts = {
    path: dataPath(system.user),
    standing: await lookAtData(system),
    mayBeEmpty: mayBeEmpty(system),
    fresh: request.fresh,
    from: request.from,
  };
  if (decideLocally(facts) === "keep") return { step: { kind: "keep" }, snapshots: [], pin: null };
  output.progress("Asking the repository");
  const { backup, identity, from } = request;
  const repository = openRepository(hands, backup);
  const pin = { id: await repositoryId(repository), location: withoutCredentials(backup.repository) };
  requireRemembered(readLineage(system)?.repository ?? null, pin);
  const all = believed(system, (await listSnapshots(repository)).map(readSnapshot));
  output.endProgress();
  const snapshots = ofInstance(all, identity.instance);
  const step = decideByRepository(facts, {
    identity,
    snapshots,
    newestGood: newestGood(snapshots, identity, clock.now()),
    named: from === undefined ? undefined : requireSnapshot(all, from),
    others: [...new Set(all.map((snapshot) => snapshot.identity.instance))].filter((name) =>
      name !== identity.instance
    ).sort(),
  });
  return { step, snapshots, pin };
}

/** What it held when it was last known to be right decides; before there was anything, whether the application was begun with nothing. */
function mayBeEmpty(system: ReadSystem): boolean {
  const { expected } = readRecord(system);
  return expected === null ? readLineage(system)?.fresh === true : expected.entries === 0;
}

/** Throws (exit code 8) if this is not the repository that this server has used: it may have been made anew, and be empty for that reason. */
function requireRemembered(remembered: RepositoryPin | null, { id, location }: RepositoryPin): void {
  if (remembered === null || remembered.id === id) return;
  throw new UserError(
    `Cannot bring data/ back from ${location}: it is another repository than the one that this server has used (${remembered.location})`,
    {
      exit: "refused",
      hint: "If it is the right one all the same: rm ~/.ppm/lineage.json, then run the same command again",
    },
  );
}

async function restoreData(
  hands: Hands<System>,
  { backup }: SettleRequest,
  { snapshot, snapshots, pin }: {
    readonly snapshot: Snapshot;
    readonly snapshots: readonly Snapshot[];
    readonly pin: RepositoryPin | null;
  },
): Promise<void> {
  const { system, clock, output } = hands;
  warnOfKind(hands, snapshot);
  const source = openSource(hands, backup, snapshot);
  await removeStagings(system);
  const staging = newStaging();
  const { entries, bytes, durationMs } = await restoreInto(hands, source, `${system.user.home}/${staging}`, {
    waitMs: LEFT_LOCK_MS, // whoever comes back after a fire may meet the lock of the machine that burnt
  });
  writeLineage(system, nextLineage(snapshots, { fresh: false, repository: pin }));
  updateRecord(system, { expected: { entries, bytes } });
  swapIn(system, staging, { nowMs: clock.now() });
  output.info(
    `Restored data/ from the snapshot ${snapshot.id.slice(0, 8)} of ${
      new Date(snapshot.timeMs).toISOString()
    }: ${entryCount(entries)}, ${size(bytes)}, compared, in ${(durationMs / 1000).toFixed(1)} s`,
  );
}
