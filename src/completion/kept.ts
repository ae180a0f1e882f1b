/** What `ppm clean` can remove. */
import { KEPT_WORDS, namesKept } from "../backup/kept_aside.ts";
import { relativeTime } from "../ui/units_of_measure.ts";
import type { Candidate } from "./source.ts";
import type { SourceContext } from "./sources.ts";

export function source({ system, nowMs }: SourceContext): readonly Candidate[] {
  return namesKept(system).map(({ name, kind, sinceMs }) => ({
    text: name,
    description: `${KEPT_WORDS[kind]}, ${relativeTime(sinceMs, nowMs)}`,
  }));
}
