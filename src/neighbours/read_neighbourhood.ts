/** Reads the state directory: what the applications on this server say, of whom none is trusted. */
import type { ReadSystem } from "../host/system.ts";
import type { Neighbourhood } from "./neighbour.ts";

/** Returns what `statedirectory` says. Throws {@linkcode UserError} where it cannot be read as a whole, or is not as root prepares it. */
export function readNeighbourhood(_system: ReadSystem, _statedirectory: string): Promise<Neighbourhood> {
  throw new Error("not yet");
}
