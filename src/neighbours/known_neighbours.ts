/** What may be known of the applications on this server: the one way in which every verb reads the state directory. */
import type { ReadSystem } from "../host/system.ts";
import { allow } from "./allow.ts";
import { type Claims, readClaims } from "./claims.ts";
import { type Conflict, findConflicts } from "./conflicts.ts";
import type { Application, Neighbourhood } from "./neighbour.ts";
import { readNeighbourhood } from "./read_neighbourhood.ts";

/** The applications on this server, and what root says about them. */
export interface KnownNeighbours {
  /** Every application as it publishes itself, whatever it may. */
  readonly published: readonly Application[];
  /** What counts: of each application only what claims.yml allows. */
  readonly neighbourhood: Neighbourhood;
  /** undefined: root keeps no claims.yml. */
  readonly claims: Claims | undefined;
  /** What several of them want all the same. Whoever acts on the neighbourhood calls `requireNoConflicts` first. */
  readonly conflicts: readonly Conflict[];
}

/**
 * Reads what the applications on this server publish, and holds it against claims.yml. Throws UserError for a state directory, and
 * {@linkcode InvalidError} for a claims.yml, that cannot be read or trusted.
 */
export async function knownNeighbours(system: ReadSystem, statedirectory: string): Promise<KnownNeighbours> {
  const claims = await readClaims(system);
  const all = await readNeighbourhood(system, statedirectory);
  const neighbourhood = allow(all, claims);
  const conflicts = findConflicts(neighbourhood.applications, claims);
  return { published: all.applications, neighbourhood, claims, conflicts };
}
