/** The history between two commits: what is new, and whether it is history at all or was rewritten. */
import type { ReadSystem } from "../host/system.ts";

/** One commit, for people. */
export interface Commit {
  /** Full id. */
  readonly id: string;
  /** When it was committed, RFC 3339. */
  readonly time: string;
  readonly author: string;
  readonly subject: string;
}

export function commitsBetween(
  _system: ReadSystem,
  _directory: string,
  _from: string,
  _to: string,
): Promise<readonly Commit[]> {
  throw new Error("not yet");
}

export function isAncestor(
  _system: ReadSystem,
  _directory: string,
  _ancestor: string,
  _descendant: string,
): Promise<boolean> {
  throw new Error("not yet");
}

export function hasCommit(_system: ReadSystem, _directory: string, _commit: string): Promise<boolean> {
  throw new Error("not yet");
}

export function requireDescendant(
  _system: ReadSystem,
  _history: { directory: string; accepted: string; commit: string; name: string },
): Promise<void> {
  throw new Error("not yet");
}
