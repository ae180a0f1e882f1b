/** What the administrator should know of a clone that is used as it stands. */
import type { ReadSystem } from "../host/system.ts";
import { knownCommit } from "./clone_revision.ts";
import { changedFiles } from "./clone_state.ts";
import { printableName } from "./screen_names.ts";

/** As many file names as a message lists. */
const LISTED = 10;

/** A clone, and what config.yml wants of it. */
interface Standing {
  readonly directory: string;
  /** What is checked out, in full. */
  readonly commit: string;
  readonly revision: string | undefined;
}

/** Returns a sentence for each thing that is not as somebody who reads config.yml would expect. */
export async function cloneWarnings(system: ReadSystem, clone: Standing): Promise<readonly string[]> {
  const warnings = await Promise.all([
    revisionWarnings(system, clone),
    changeWarnings(system, clone.directory),
  ]);
  return warnings.flat();
}

/** Returns the first file names of many, and how many more there are. */
export function listFiles(files: readonly string[]): string {
  const more = files.length > LISTED ? `, and ${files.length - LISTED} more` : "";
  return files.slice(0, LISTED).map(printableName).join(", ") + more;
}

async function revisionWarnings(
  system: ReadSystem,
  { directory, commit, revision }: Standing,
): Promise<readonly string[]> {
  const wanted = await knownCommit(system, directory, revision);
  if (wanted === commit) return [];
  const name = revision === undefined ? "the default branch" : `the revision "${revision}"`;
  const state = wanted === undefined ? "is not known to it" : `is ${wanted.slice(0, 12)}`;
  return [
    `${directory} stays at the commit ${
      commit.slice(0, 12)
    }, while ${name} ${state}: setup never moves it. To see what is new, and to move it: ppm upgrade`,
  ];
}

async function changeWarnings(system: ReadSystem, directory: string): Promise<readonly string[]> {
  const files = await changedFiles(system, directory);
  if (files.length === 0) return [];
  return [`Changes in ${directory} that are not committed are not used: ${listFiles(files)}`];
}
