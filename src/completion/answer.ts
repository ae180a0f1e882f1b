/** What `ppm __complete` prints: a candidate on each line, `text⇥description`; or what the shell itself is to complete. Pure. */
import { oneLine } from "../ui/text.ts";
import type { Place } from "./place.ts";
import type { Candidate } from "./source.ts";

/** Returns the answer of candidates; empty where none of them begins with what was typed. */
export function answerOf(place: Place, candidates: readonly Candidate[]): readonly string[] {
  const { lead, typed, taken } = place;
  const values = candidates.filter(({ text }) => !taken.includes(text))
    .map(({ text, description }) => ({ text: `${lead}${text}`, description }));
  const flags = place.flags.map(({ name, brief }) => ({ text: `--${name}`, description: brief }));
  return [...values, ...flags].filter(({ text }) => text.startsWith(`${lead}${typed}`) && isOneWord(text))
    .map(({ text, description }) => `${text}\t${oneLine(description)}`);
}

/** The shell completes its own words better. */
export function leaveToShell(what: "files" | "directories"): readonly string[] {
  return [`:${what}`];
}

/** A name with blanks or control characters in it can be typed, but not told to every shell without doubt. */
function isOneWord(text: string): boolean {
  return /^[^\s:"'`$\\;&|<>()*?[\]{}!#~\p{C}][^\s"'`$\\;&|<>()*?[\]{}!#\p{C}]*$/u.test(text);
}
