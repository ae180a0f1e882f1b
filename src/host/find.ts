/** Walks a tree with find(1), in constant memory, inside the user namespace where that is needed. */
import type { TreeEntry } from "./restic/messages.ts";
import type { ReadSystem } from "./system.ts";

/** One entry, and whether it can be read: of a directory, whether it can be listed. */
export interface ScannedEntry extends TreeEntry {
  readonly readable: boolean;
}

export function scanTree(
  _system: ReadSystem,
  _path: string,
  _options: { readonly unshare: boolean; readonly signal?: AbortSignal },
  _onEntry: (entry: ScannedEntry) => void,
): Promise<{ readonly unlistable: readonly string[] }> {
  throw new Error("not yet");
}
