/** Puts the name that somebody probably meant behind a message. */
import { suggest } from "../suggest.ts";

/** Returns `. Did you mean "x"?` for the candidate nearest to `name`, or an empty string if none is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const found = suggest(name, candidates);
  return found === undefined ? "" : `. Did you mean "${found}"?`;
}
