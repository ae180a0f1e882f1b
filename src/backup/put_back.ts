/** Puts a snapshot in the place of `data/`: restored beside while the application runs, then stopped, swapped, started. */
import { bringDown } from "../apply/stop.ts";
import type { Hands } from "../apply/hands.ts";
import type { BackupConfig } from "../config/config.ts";
import type { UserError } from "../errors.ts";
import type { Manifest } from "../plan/manifest.ts";
import { bringsOtherSecrets } from "./bring_back.ts";
import { refusal } from "./claim.ts";
import { judgeClaims, readLineage } from "./lineage.ts";
import { removeIntent } from "./intent.ts";
import { intend, stopRecovery, whilePaused } from "./pause.ts";
import { type Pick, pickSnapshot } from "./pick.ts";
import { updateRecord } from "./record.ts";
import { finishInterrupted } from "./recover.ts";
import { type Restored, restoreInto } from "./restore.ts";
import type { Identity, Snapshot } from "./snapshot.ts";
import { openRepository } from "./open_repository.ts";
import { openSource } from "./source.ts";
import { newStaging, removeStagings } from "./staging.ts";
import { machineTag } from "./tags.ts";
import { swapIn } from "./swap.ts";
import type { ReadSystem } from "../host/system.ts";

/** Whose data, and which snapshot of it. */
export interface PutBackRequest {
  readonly backup: BackupConfig;
  readonly identity: Identity;
  readonly manifest: Manifest;
  /** The beginning of an id; undefined: the newest good one. */
  readonly wanted: string | undefined;
}

/** What was put back. */
export interface PutBack extends Restored {
  readonly snapshot: Snapshot;
  /** What stood at `data/` is called now; undefined if nothing stood there. */
  readonly before: string | undefined;
  /** How long the application was down; null where it is left stopped. */
  readonly downMs: number | null;
  /** Whether secrets or key came back that are others: what was rendered does not fit them, so the application is left stopped. */
  readonly otherSecrets: boolean;
  /** Why the application has not come up again. */
  readonly failure: UserError | undefined;
}

/** Returns the snapshot that is meant; throws (exit code 8) where another server has claimed the instance, or it is another application's. */
export async function pickForPlace(hands: Hands<ReadSystem>, request: PutBackRequest): Promise<Pick> {
  const { backup, identity, wanted } = request;
  const pick = await pickSnapshot(hands, {
    repository: openRepository(hands, backup),
    identity,
    wanted,
  });
  const lineage = readLineage(hands.system);
  const verdict = judgeClaims(lineage, pick.snapshots, await machineTag(hands.system));
  // A server that knows of no claim of its own writes nothing to the repository either: `ppm backup` asks.
  if (verdict.kind === "foreign" && verdict.why !== "forgotten") throw refusal(identity, verdict, lineage);
  return pick;
}

/** Restores in place. Whoever calls it holds the lock. Killed anywhere, `data/` is wholly the old one or wholly the new one. */
export async function putBack(hands: Hands, request: PutBackRequest): Promise<PutBack> {
  const { system, clock } = hands;
  const { backup, manifest } = request;
  await finishInterrupted(hands);
  const { snapshot } = await pickForPlace(hands, request);
  const source = openSource(hands, backup, snapshot);
  await removeStagings(system);
  const staging = newStaging();
  const root = `${system.user.home}/${staging}`;
  const restored = await restoreInto(hands, source, root);
  const otherSecrets = bringsOtherSecrets(system, root);
  const { entries, bytes } = restored;
  const swap = (journaled?: () => void) => {
    updateRecord(system, { expected: { entries, bytes } });
    return Promise.resolve(swapIn(system, staging, { nowMs: clock.now(), journaled }));
  };
  if (otherSecrets) {
    // Killed before the swap, the application is to run again, with the data and the secrets that it had; afterwards it does not fit them.
    await intend(hands, { manifest, operation: "restore" });
    await bringDown(hands, manifest, undefined);
    const before = await swap(() => removeIntent(system));
    await stopRecovery(system);
    return { ...restored, snapshot, before, otherSecrets, downMs: null, failure: undefined };
  }
  const { result, downMs, failure } = await whilePaused(hands, { manifest, operation: "restore" }, swap);
  return { ...restored, snapshot, before: result, otherSecrets, downMs, failure };
}
