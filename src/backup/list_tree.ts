/** What a snapshot lists, as far as a restore has to know it beforehand. */
import { UserError } from "../errors.ts";
import type { TreeEntry } from "../host/restic/messages.ts";
import { listFiles } from "../host/restic/repository.ts";
import type { ReadSystem } from "../host/system.ts";
import { DATA_DIRECTORY } from "../layout.ts";
import { unshared } from "../host/user_namespace.ts";
import { expectedEntry, type Owner } from "./compare.ts";
import { TreeDigest } from "./digest.ts";
import type { Source } from "./source.ts";

/** The listing of a snapshot. */
export interface TreeListing {
  /** As everything must stand after a restore. */
  readonly digest: TreeDigest;
  /** What is below `data/`, as the size in a snapshot's tags counts. */
  readonly data: { readonly entries: number; readonly bytes: number };
  /** The highest ids that files belong to, as the snapshot counts. */
  readonly highest: { readonly uid: number; readonly gid: number };
}

/** Lists a snapshot; throws where there is no `data/` in it. `onEntry` is given each entry as it must stand after a restore on `system`. */
export async function listTree(
  { repository, snapshot }: Source,
  onEntry: (entry: TreeEntry) => void = () => {},
): Promise<TreeListing> {
  const owner: Owner | undefined = snapshot.unshare ? undefined : { uid: repository.system.user.uid };
  const digest = new TreeDigest();
  let [uid, gid] = [0, 0];
  let hasData = false;
  const data = { entries: 0, bytes: 0 };
  await listFiles(repository, snapshot.id, (listed) => {
    const entry = expectedEntry(listed, owner);
    digest.add(entry);
    if (listed.uid > uid) uid = listed.uid;
    if (listed.gid > gid) gid = listed.gid;
    if (listed.path === DATA_DIRECTORY) hasData = listed.kind === "directory";
    if (listed.path.startsWith(`${DATA_DIRECTORY}/`)) {
      data.entries++;
      if (listed.kind === "file") data.bytes += listed.size;
    }
    onEntry(entry);
  });
  if (!hasData) throw noData(snapshot.id);
  return { digest, data, highest: { uid, gid } };
}

function noData(id: string): UserError {
  return new UserError(`Cannot restore the snapshot ${id.slice(0, 8)}: there is no data/ in it`, {
    exit: "backup",
    hint: "See what there is: ppm snapshots",
  });
}

/** Throws (exit code 8) if the snapshot has owners that this user's subordinate ids do not reach. */
export async function requireOwners(
  system: ReadSystem,
  { snapshot }: Source,
  { highest }: TreeListing,
): Promise<void> {
  if (!snapshot.unshare) return;
  for (const kind of ["uid", "gid"] as const) {
    const map = await system.run(
      unshared({ program: "cat", args: [`/proc/self/${kind}_map`], changes: false }),
    );
    const reach = highestId(map.stdout);
    if (highest[kind] <= reach) continue;
    throw new UserError(
      `Cannot restore the snapshot ${snapshot.id.slice(0, 8)}: a file in it has the ${kind} ${
        highest[kind]
      }, and ${system.user.name}'s subordinate ids reach up to ${reach}`,
      {
        exit: "refused",
        hint: `As root, give ${system.user.name} a range of at least ${
          highest[kind]
        } in /etc/sub${kind}; then, as ${system.user.name}: podman system migrate`,
      },
    );
  }
}

/** Returns the highest id that a map of user_namespaces(7) knows inside. */
export function highestId(map: string): number {
  const ends = map.trim().split("\n").map((line) => {
    const [inside = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
    return inside + count - 1;
  });
  return Math.max(-1, ...ends);
}
