/** The application's units. */
import { readManifest } from "../plan/read_manifest.ts";
import type { Candidate } from "./source.ts";
import type { SourceContext } from "./sources.ts";

export function source({ system }: SourceContext): readonly Candidate[] {
  return (readManifest(system)?.units ?? []).map(({ name, enabled }) => ({
    text: name,
    description: enabled ? "enabled" : "",
  }));
}
