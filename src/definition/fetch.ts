/** What the remote has by now: fetched beside the work tree, which stays as it is until everything new has been checked. */
import type { ReadSystem, System } from "../host/system.ts";
import type { Clone, DefinitionPlace } from "./clone.ts";

/** A revision of the remote, as it stands there now. */
export interface Fetched {
  /** At the commit that the revision means; `isNew` is false and there are no warnings. */
  readonly clone: Clone;
  /** `refs/tags/NAME` where the revision is an annotated tag. */
  readonly tag: string | null;
  /** The revision in words: `the branch main`, `the tag v2`, `the commit 1a2b3c4d5e6f`. */
  readonly name: string;
}

export function fetchDefinition(_system: System, _place: DefinitionPlace): Promise<Fetched> {
  throw new Error("not yet");
}

export function previewFetch(
  _system: ReadSystem,
  _place: DefinitionPlace,
  _scratch: string,
): Promise<Fetched> {
  throw new Error("not yet");
}
