/** Whether a repository is the one that this server wrote to before. One that was made anew, or swapped, opens with the same password. */
import { UserError } from "../errors.ts";
import { redactRepository, type Repository, repositoryId } from "../host/restic/repository.ts";
import type { ReadSystem } from "../host/system.ts";
import type { RepositoryPin } from "./lineage.ts";
import type { Snapshot } from "./snapshot.ts";

/** What is known without asking the repository for its id. */
export interface PinEvidence {
  /** What was just listed. */
  readonly snapshots: readonly Snapshot[];
  /** The ids of what this server made last, which may be shortened. */
  readonly mine: readonly string[];
}

/**
 * Returns where `repository` is found from now on; throws, to exit with 8, where it is another than `pin` says. A repository that lists what
 * this server made last, where it was found last, is not asked: that would cost as much as the listing did.
 */
export async function checkPin(
  repository: Repository<ReadSystem>,
  pin: RepositoryPin,
  { snapshots, mine }: PinEvidence,
): Promise<RepositoryPin> {
  const location = redactRepository(repository.access.repository);
  const known = snapshots.some(({ id }) => mine.some((each) => each !== "" && id.startsWith(each)));
  if (known && location === pin.location) return pin;
  const id = await repositoryId(repository);
  if (id === pin.id) return { id, location };
  throw new UserError(
    `Cannot write to ${location}: it is another repository (${
      short(id)
    }) than the one with this server's backups (${short(pin.id)} at ${pin.location})`,
    {
      exit: "refused",
      hint:
        "See what became of that one: its backups are not in this one. If this one is meant from now on: ppm backup --take-over",
    },
  );
}

/** Returns the pin of a repository that is written to for the first time. */
export async function pinOf(repository: Repository<ReadSystem>): Promise<RepositoryPin> {
  return {
    id: await repositoryId(repository),
    location: redactRepository(repository.access.repository),
  };
}

function short(id: string): string {
  return id.slice(0, 8);
}
