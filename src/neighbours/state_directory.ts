/** The state directory: where it lies in it what an application publishes, and whose its parts must be. */
import type { FileStat } from "../host/system.ts";

/** The file in each user's directory. */
export const STATE_FILE = "state.yml";

/** Returns what lets somebody else than `owner` speak there, as a predicate; undefined for a directory that is the owner's alone. `who` names the owner. */
export function directoryFault(
  stat: FileStat,
  { owner, who }: { owner: number; who: string },
): string | undefined {
  if (stat.kind !== "directory") return "is no directory";
  if (stat.uid !== owner) return `does not belong to ${who}`;
  return (stat.mode & 0o022) === 0 ? undefined : "can be written by others";
}
