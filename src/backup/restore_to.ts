/** Restores a snapshot into a directory of somebody's choice, to look at it. */
import type { Hands } from "../apply/hands.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { DATA_DIRECTORY, PPM_DIRECTORY } from "../layout.ts";
import { openRepository } from "./open_repository.ts";
import { pickSnapshot } from "./pick.ts";
import type { PutBackRequest } from "./put_back.ts";
import { type Restored, restoreInto } from "./restore.ts";
import type { Snapshot } from "./snapshot.ts";
import { openSource } from "./source.ts";

/** Restores below `directory` (absolute), which does not exist or is empty. Stops nothing and claims nothing. */
export async function restoreTo(
  hands: Hands,
  { backup, identity, wanted }: PutBackRequest,
  directory: string,
): Promise<Restored & { readonly snapshot: Snapshot }> {
  requireEmpty(hands, directory);
  const { snapshot } = await pickSnapshot(hands, {
    repository: openRepository(hands, backup),
    identity,
    wanted,
  });
  return { ...await restoreInto(hands, openSource(hands, backup, snapshot), directory), snapshot };
}

function requireEmpty({ system }: Hands, directory: string): void {
  const fault = faultOf(system, directory);
  if (fault === undefined) return;
  throw new UserError(`Cannot restore to ${directory}: ${fault}`, {
    exit: "refused",
    hint: "Name a directory that does not exist, or is empty",
  });
}

/** What is half restored at `data/`, or stays there unread, would be taken for the application's. */
function faultOf(system: ReadSystem, directory: string): string | undefined {
  const taken = [DATA_DIRECTORY, PPM_DIRECTORY].map((name) => `${system.user.home}/${name}`)
    .find((own) => `${directory}/`.startsWith(`${own}/`));
  if (taken !== undefined) return `${taken} is the application's own; to put a snapshot there: ppm restore`;
  const stat = system.lstat(directory);
  if (stat === undefined) {
    const above = directory.slice(0, directory.lastIndexOf("/")) || "/";
    return ["directory", "link"].includes(system.lstat(above)?.kind ?? "")
      ? undefined
      : `${above} is no directory`;
  }
  if (stat.kind !== "directory") return "it is not a directory";
  return (system.readDirectory(directory) ?? []).length > 0 ? "it is not empty" : undefined;
}
