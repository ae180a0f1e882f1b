/** What one application sees of the others (`it.neighbours`), and by what it is told whether that has changed. */
import type { ReadSystem } from "../host/system.ts";
import { sha256 } from "../plan/digest.ts";
import { findConflicts, requireNoConflicts } from "./conflicts.ts";
import { type KnownNeighbours, knownNeighbours } from "./known_neighbours.ts";
import type { Neighbour } from "./neighbour.ts";
import { requireStateDirectory } from "./state_file.ts";

/** The other applications of a server, as one of them sees them. */
export interface Surroundings {
  /** Sorted by user. */
  readonly neighbours: readonly Neighbour[];
  /** Over all of `neighbours`: equal digests mean that rendering gives the same. */
  readonly sha256: string;
  /** What was left out of it, one line each. */
  readonly warnings: readonly string[];
}

/** Reads the state directory when it is called first, and gives the same answer from then on: what was checked is what is rendered. */
export type LookAround = () => Promise<KnownNeighbours>;

/** Returns the way in which one plan looks at `statedirectory`. Nothing is read before somebody asks. */
export function lookAround(system: ReadSystem, statedirectory: string): LookAround {
  let known: Promise<KnownNeighbours> | undefined;
  const look = async () => {
    requireStateDirectory(system, statedirectory); // it names the command that mends it
    return await knownNeighbours(system, statedirectory);
  };
  return () => known ??= look();
}

/**
 * Returns what `user` sees. Throws {@linkcode UserError} where others want one thing: nothing is to be rendered then. What `user` itself
 * published so far does not count, for it may be about to change.
 */
export async function surroundingsOf(
  { neighbourhood, claims }: KnownNeighbours,
  { user, statedirectory }: { readonly user: string; readonly statedirectory: string },
): Promise<Surroundings> {
  const others = neighbourhood.applications.filter((each) => each.user !== user);
  requireNoConflicts(findConflicts(others, claims), statedirectory);
  const neighbours = others.map(({ times: _, ...neighbour }): Neighbour => neighbour);
  return {
    neighbours,
    sha256: await sha256(JSON.stringify(neighbours)),
    warnings: neighbourhood.leftOut.filter((each) => each.user !== user).map(({ message }) => message),
  };
}
