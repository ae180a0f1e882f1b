/** The file by which an application asks for a backup (`backups_programinitiated`, option `request`). */
import { UserError } from "../errors.ts";
import type { System } from "../host/system.ts";
import { removeTree } from "../host/trees.ts";
import { DATA_DIRECTORY, parents } from "../layout.ts";
import { canUnshare } from "./source.ts";

/**
 * Removes the request `path` (below `data/`) before anything is saved: one that is made meanwhile asks for another backup. The application may
 * own what lies on the way to it: a link in there is not followed out of `data/`.
 */
export async function takeAppRequest(system: System, path: string): Promise<void> {
  const below = `${DATA_DIRECTORY}/${path}`;
  const link = parents(below).find((each) => system.lstat(`${system.user.home}/${each}`)?.kind === "link");
  if (link !== undefined) {
    throw new UserError(`Cannot remove the request ${below}: ${link} is a symbolic link`, {
      exit: "refused",
      hint: `Make ${link} a directory`,
    });
  }
  const absolute = `${system.user.home}/${below}`;
  try {
    system.removeFile(absolute);
  } catch (error) {
    if (!(error instanceof UserError) || !canUnshare(system)) throw error;
    await removeTree(system, absolute, { unshare: true });
  }
}
