/** What stands at `data/`, as far as a setup has to know. */
import { isMountPoint } from "../host/mounts.ts";
import type { ReadSystem, User } from "../host/system.ts";
import { DATA_DIRECTORY } from "../layout.ts";

/** What stands at `data/`. Only `absent` is missing data; anything that is in its place by mistake is `wrong`. */
export type Standing =
  | { readonly kind: "absent" | "empty" | "present" }
  | { readonly kind: "wrong"; readonly fault: string; readonly remedy: string };

/** Looks at `data/`. Throws {@linkcode UserError} where it cannot be looked into. */
export async function lookAtData(system: ReadSystem): Promise<Standing> {
  const { user } = system;
  const path = `${user.home}/${DATA_DIRECTORY}`;
  const stat = system.lstat(path);
  if (stat === undefined) return { kind: "absent" };
  if (stat.kind === "link") {
    return wrong(
      "it is a symbolic link",
      "Move what it points to into its place; for a disk of its own, mount the home directory",
    );
  }
  if (stat.kind !== "directory") {
    return wrong("it is not a directory", "Move it out of the way, then: ppm setup");
  }
  if (stat.uid !== user.uid) {
    return wrong(`it belongs to uid ${stat.uid}`, `As root: chown ${user.name} ${path}`);
  }
  if (await isMountPoint(system, path)) {
    return wrong(
      "it is a mount point, and nothing can be renamed into its place",
      "Mount the home directory instead",
    );
  }
  return { kind: (system.readDirectory(path) ?? []).length === 0 ? "empty" : "present" };
}

function wrong(fault: string, remedy: string): Standing {
  return { kind: "wrong", fault, remedy };
}

/** Returns where `data/` of `user` stands. */
export function dataPath(user: User): string {
  return `${user.home}/${DATA_DIRECTORY}`;
}
