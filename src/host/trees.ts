/** Whole trees: brought to the disk, and removed where their files belong to a container's users. */
import type { System } from "./system.ts";

/** Brings everything that was written to the file system of `path` to the disk (syncfs(2)). */
export async function syncFileSystem(_system: System, _path: string): Promise<void> {
  throw new Error("not yet");
}

/** Removes a tree without following links or leaving its file system, inside the user namespace if told; no error if nothing stands there. */
export async function removeTree(
  _system: System,
  _path: string,
  _options: { readonly unshare: boolean },
): Promise<void> {
  throw new Error("not yet");
}
