/** Finds out before anything is stopped whether a backup can be made: the repository answers, has room, and is this server's to write to. */
import type { Hands } from "../apply/hands.ts";
import { UserError } from "../errors.ts";
import { freeBytes } from "../host/disk_space.ts";
import { listSnapshots, type Repository } from "../host/restic/repository.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { size } from "../ui/units_of_measure.ts";
import { withoutCredentials } from "../ui/redaction.ts";
import { ensureClaim, takeOver } from "./claim.ts";
import type { Lineage } from "./lineage.ts";
import type { Identity, Snapshot } from "./snapshot.ts";
import { readSnapshot } from "./tags.ts";

/** How long the repository may take to answer: restic 0.18 would go on trying for a quarter of an hour. */
const ANSWER_MS = 60_000;

/** What a repository needs at least: restic collects what it saves in files of 16 MiB, several at once, and writes an index besides. */
export const LEAST_FREE_BYTES = 100 * 1024 * 1024;

/** Returns the snapshots of the instance in the repository; throws, to exit with 6, where it does not list them within a minute. Takes no lock. */
export async function askRepository(
  repository: Repository<ReadSystem>,
  { instance }: Identity,
): Promise<readonly Snapshot[]> {
  await requireRoom(repository);
  const listed = await listSnapshots(repository, { instance, timeoutMs: ANSWER_MS });
  return listed.map(readSnapshot);
}

/** What {@linkcode claimRepository} needs to know. */
export interface ClaimOptions {
  readonly repository: Repository<System>;
  readonly identity: Identity;
  readonly snapshots: readonly Snapshot[];
  /** `--take-over` */
  readonly takeOver: boolean;
}

/** Sees to it that this server may write, and returns who it is. Throws, to exit with 8, where somebody else may be the living one. */
export async function claimRepository(hands: Hands, options: ClaimOptions): Promise<Lineage> {
  return await (options.takeOver ? takeOver : ensureClaim)(hands, options);
}

/** A repository on this machine is asked how much fits in; the others say so when they are full. */
async function requireRoom({ system, access }: Repository<ReadSystem>): Promise<void> {
  const path = access.repository.replace(/^local:/, "");
  if (!path.startsWith("/") || system.lstat(path) === undefined) return;
  const free = await freeBytes(system, path);
  if (!(free < LEAST_FREE_BYTES)) return;
  throw new UserError(`Cannot write to ${withoutCredentials(path)}: only ${size(free)} are free there`, {
    exit: "backup",
    hint: `At least ${size(LEAST_FREE_BYTES)} are needed. Make room: df -h ${path}`,
  });
}
