/** Restores a snapshot into a directory of its own, and proves that everything has come back. What stands elsewhere is not touched. */
import type { Hands } from "../apply/hands.ts";
import { UserError } from "../errors.ts";
import { freeBytes } from "../host/disk_space.ts";
import { scanTree } from "../host/find.ts";
import { restoreSnapshot } from "../host/restic/repository.ts";
import type { System } from "../host/system.ts";
import { syncFileSystem } from "../host/trees.ts";
import { size } from "../ui/units_of_measure.ts";
import { Culprits } from "./compare.ts";
import { TreeDigest } from "./digest.ts";
import { listTree, requireOwners, type TreeListing } from "./list_tree.ts";
import { withPatience } from "./patience.ts";
import { showProgress } from "./show_progress.ts";
import type { Source } from "./source.ts";

/** What came back. */
export interface Restored {
  /** Of `data/`, itself not counted; as are `bytes`. */
  readonly entries: number;
  readonly bytes: number;
  /** How long restoring and comparing took. */
  readonly durationMs: number;
}

/**
 * Restores `source` below `target` (absolute), which does not exist or is empty, and compares it with what the snapshot lists; it is on the disk
 * then. Throws {@linkcode UserError} with exit code 6 if anything is missing or different, and before anything is written where there is no
 * room, or where owners could not be given back.
 */
export async function restoreInto(
  hands: Hands,
  source: Source<System>,
  target: string,
  patience: { readonly waitMs?: number } = {},
): Promise<Restored> {
  const { system, clock, output } = hands;
  const begin = clock.elapsed();
  output.progress("Reading what the snapshot lists");
  const listing = await listTree(source);
  await requireOwners(system, source, listing);
  await requireRoom(system, target, listing.digest.bytes);
  system.makeDirectory(target, 0o700);
  output.progress("Restoring");
  const onProgress = showProgress(hands, "Restoring");
  await withPatience(
    hands,
    source.repository,
    () => restoreSnapshot(source.repository, source.snapshot.id, target, { onProgress }),
    patience,
  );
  output.progress("Comparing what came back with the snapshot");
  await requireSame(system, source, { listing, target });
  await syncFileSystem(system, target);
  output.endProgress();
  return { ...listing.data, durationMs: Math.round(clock.elapsed() - begin) };
}

/** What a file system needs besides the bytes themselves: directories, and the rest of each file's last block. */
const ROOM_FACTOR = 1.02;

async function requireRoom(system: System, target: string, bytes: number): Promise<void> {
  const above = system.lstat(target) === undefined ? target.slice(0, target.lastIndexOf("/")) || "/" : target;
  const free = await freeBytes(system, above);
  if (bytes * ROOM_FACTOR <= free) return;
  throw new UserError(`Cannot restore to ${target}: it takes ${size(bytes)}, and ${size(free)} are free`, {
    exit: "backup",
    hint: "Make room (df -h, ppm clean), then run the same command again",
  });
}

/** Throws, naming culprits, unless what stands below `target` is what the snapshot lists: restic ends with 0 though owners are wrong. */
async function requireSame(
  system: System,
  source: Source,
  { listing, target }: { readonly listing: TreeListing; readonly target: string },
): Promise<void> {
  const { unshare } = source.snapshot;
  const found = new TreeDigest();
  const { unlistable } = await scanTree(system, target, { unshare }, (entry) => found.add(entry));
  if (unlistable.length === 0 && listing.digest.differing(found).length === 0) return;
  const culprits = new Culprits(listing.digest, found);
  await listTree(source, (entry) => culprits.expect(entry));
  await scanTree(system, target, { unshare }, (entry) => culprits.find(entry));
  const lines = [...culprits.lines, ...unlistable.map((path) => `${path}: it cannot be read`)];
  throw new UserError(
    `Cannot prove that ${target} is the snapshot ${
      source.snapshot.id.slice(0, 8)
    }: something else came back\n${lines.join("\n")}`,
    {
      exit: "backup",
      hint:
        "See what else there is: ppm snapshots\nTo have a look at this one: ppm restore ID --to DIRECTORY",
    },
  );
}
