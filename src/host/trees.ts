/** Whole trees: brought to the disk, and removed where their files belong to a container's users. */
import type { System } from "./system.ts";
import { unshared } from "./user_namespace.ts";

/** Brings everything that was written to the file system of `path` to the disk (syncfs(2)). */
export async function syncFileSystem(system: System, path: string): Promise<void> {
  await system.run({
    program: "sync",
    args: ["--file-system", "--", path],
    changes: true,
    timeoutMs: Infinity, // as long as the disk takes for what was just restored
  });
}

/** Removes a tree without following links or leaving its file system, inside the user namespace if told; no error if nothing stands there. */
export async function removeTree(
  system: System,
  path: string,
  options: { readonly unshare: boolean },
): Promise<void> {
  const remove = {
    program: "rm",
    args: ["--recursive", "--force", "--one-file-system", "--", path],
    changes: true,
    timeoutMs: Infinity,
  };
  await system.run(options.unshare ? unshared(remove) : remove);
}
