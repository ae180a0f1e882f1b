/** What an application asks of its server that others would notice: ports, domains, programs outside containers. Pure. */
import type { RenderedFile } from "../definition/definition.ts";
import type { ManifestUnit } from "./manifest.ts";

/** What {@linkcode grantsOf} looks at: what is to stand, as far as the definition decides it. */
export interface GrantsInput {
  /** The files of the definition and its plugins, without ppm's own units. */
  readonly files: readonly RenderedFile[];
  readonly units: readonly ManifestUnit[];
  /** What the plugins publish, by name. */
  readonly plugins: Readonly<Record<string, unknown>>;
  /** What `state:` in appinfo.yml says. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** Returns what is asked for, in words for people, sorted, each once. */
export function grantsOf(_input: GrantsInput): readonly string[] {
  throw new Error("not yet");
}

/** Returns what `after` has and `before` does not cover: a port for some networks is no news where it was open to all. */
export function newGrants(_before: readonly string[], _after: readonly string[]): readonly string[] {
  throw new Error("not yet");
}
