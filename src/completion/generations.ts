/** The generations that a rollback can go to, the newest first. */
import { listGenerations, readDescription } from "../apply/generations.ts";
import { readManifest } from "../plan/read_manifest.ts";
import { relativeTime } from "../ui/units_of_measure.ts";
import type { Candidate } from "./source.ts";
import type { SourceContext } from "./sources.ts";

export function source({ system, nowMs }: SourceContext): readonly Candidate[] {
  const standing = readManifest(system)?.generation;
  return listGenerations(system).toReversed().flatMap((number) => {
    const made = readDescription(system, number);
    if (made === undefined || number === standing) return [];
    const when = relativeTime(Date.parse(made.time), nowMs);
    return [{ text: String(number), description: `${made.app.name} ${made.app.version}, made ${when}` }];
  });
}
