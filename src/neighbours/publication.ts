/** Whether an application may publish what it is about to. Pure. */
import { deniedTo, type Publication } from "./allow.ts";
import { CLAIMS_FILE } from "./claims.ts";
import { type Conflict, findConflicts, type Wanted, wantedText } from "./conflicts.ts";
import type { KnownNeighbours } from "./known_neighbours.ts";

/** What speaks against a publication, one line each. */
export interface PublicationVerdict {
  /** What would be published newly and may not be: nothing must change. */
  readonly refused: readonly string[];
  /** What was published before and is contested: that may not keep anybody from an upgrade. */
  readonly warnings: readonly string[];
}

/**
 * Judges what `wanted.user` is about to publish against what it has published so far, what the others publish, and claims.yml. What others
 * publish beyond their claims does not count against it.
 */
export function judgePublication(
  wanted: Publication,
  { published, neighbourhood, claims }: KnownNeighbours,
): PublicationVerdict {
  const { user } = wanted;
  const before = published.find((application) => application.user === user) ?? { user, sites: [], ports: [] };
  const refused: string[] = [];
  const warnings: string[] = [];
  if (claims !== undefined) {
    const known = new Set(deniedTo(before, claims));
    for (const thing of deniedTo(wanted, claims)) {
      const why = `${CLAIMS_FILE} does not give it to ${user}`;
      if (known.has(thing)) warnings.push(`${capital(thing)} does not count: ${why}`);
      else refused.push(`Cannot publish ${thing}: ${why}`);
    }
  }
  for (const other of neighbourhood.applications) { // with itself a user has no conflict
    const known = findConflicts([before, other], claims);
    for (const conflict of findConflicts([wanted, other], claims)) {
      const thing = wantedText(conflict.wanted);
      if (known.some((old) => includes(old, conflict))) {
        warnings.push(`${capital(thing)} of ${user} is published by ${other.user} too`);
      } else refused.push(`Cannot publish ${thing} for ${user}: ${other.user} has it`);
    }
  }
  return { refused, warnings };
}

function includes(old: Conflict, { wanted }: Conflict): boolean {
  return holds(old.wanted, wanted);
}

function holds(outer: Wanted, inner: Wanted): boolean {
  if (outer.kind === "domain") {
    return inner.kind === "domain" && outer.domain === inner.domain && outer.path === inner.path;
  }
  return inner.kind === "port" && outer.protocol === inner.protocol && outer.first <= inner.first &&
    inner.last <= outer.last;
}

function capital(text: string): string {
  return text.replace(/^./, (letter) => letter.toUpperCase());
}
