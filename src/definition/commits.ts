/** The history between two commits: what is new, and whether it is history at all or was rewritten. */
import { UserError } from "../errors.ts";
import { git } from "../host/git.ts";
import type { ReadSystem } from "../host/system.ts";
import { cloneDirectory } from "./clone.ts";
import { commitOf } from "./clone_revision.ts";
import { printableName } from "./screen_names.ts";

/** One commit, for people. */
export interface Commit {
  /** Full id. */
  readonly id: string;
  /** When it was committed, RFC 3339. */
  readonly time: string;
  readonly author: string;
  /** The first paragraph of its message, in one line. */
  readonly subject: string;
}

/** A step of the history, and the name of what took it. */
export interface Step {
  readonly directory: string;
  /** The commit that was accepted last, and the one that is to follow: full ids. */
  readonly accepted: string;
  readonly commit: string;
  /** What leads to `commit` now, in words: `the branch main`. */
  readonly name: string;
}

/** As many characters as are kept of what an author wrote: a subject has no limit in git. */
const KEPT = 200;

/** Id, time, author and subject, each with a NUL behind it. */
const FIELDS = 4;

/** Returns the commits that `to` has and `from` has not, newest first. Both must be known to the repository at `directory`. */
export async function commitsBetween(
  system: ReadSystem,
  directory: string,
  from: string,
  to: string,
): Promise<readonly Commit[]> {
  const flags = ["-z", "--topo-order", "--no-show-signature", "--no-notes", "--no-patch"];
  const args = ["log", ...flags, "--format=%H%x00%cI%x00%an%x00%s", "--end-of-options", to, `^${from}`];
  const { stdout } = await system.run(git(args, { directory, changes: false }));
  return parseCommits(stdout);
}

/** Reads four fields for each commit, each with a NUL behind it. What an author wrote comes out as a terminal can show it. */
export function parseCommits(output: string): readonly Commit[] {
  const fields = output.split("\0");
  const commits: Commit[] = [];
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS) {
    const [id = "", time = "", author = "", subject = ""] = fields.slice(at, at + FIELDS);
    commits.push({ id, time, author: shown(author), subject: shown(subject) });
  }
  return commits;
}

function shown(text: string): string {
  const characters = [...text];
  return printableName(characters.length > KEPT ? `${characters.slice(0, KEPT - 1).join("")}…` : text);
}

/**
 * Says whether the history of `descendant`, which must be known to the repository at `directory`, holds `ancestor`, itself included. A commit
 * that the repository does not have is in no history of it.
 */
export async function isAncestor(
  system: ReadSystem,
  directory: string,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  if (!await hasCommit(system, directory, ancestor)) return false;
  const args = ["merge-base", "--is-ancestor", "--end-of-options", ancestor, descendant];
  return (await system.run(git(args, { directory, changes: false, accept: [0, 1] }))).code === 0;
}

/** Says whether the repository at `directory` has the commit with this full id. */
export async function hasCommit(system: ReadSystem, directory: string, commit: string): Promise<boolean> {
  return await commitOf(system, directory, commit) !== undefined;
}

/**
 * Throws {@linkcode UserError} (exit code 4) unless `commit` carries on from `accepted`: a history that was rewritten, or set back to an
 * earlier commit, is how somebody brings back a fault that was mended, signatures notwithstanding.
 */
export async function requireDescendant(
  system: ReadSystem,
  { directory, accepted, commit, name }: Step,
): Promise<void> {
  if (await isAncestor(system, directory, accepted, commit)) return;
  const known = await hasCommit(system, directory, accepted);
  const old = accepted.slice(0, 12);
  const state = known && await isAncestor(system, directory, commit, accepted)
    ? `it was set back, behind the commit ${old}, which was accepted last`
    : `its history does not hold the commit ${old}, which was accepted last`;
  const look = known && directory === cloneDirectory(system)
    ? `Look at both: git -C ${directory} log --oneline --graph ${old} ${commit.slice(0, 12)}. `
    : "";
  throw new UserError(`Cannot follow ${name} to the commit ${commit.slice(0, 12)}: ${state}`, {
    exit: "invalid",
    hint:
      `${look}If its authors meant it, accept that very commit in config.yml: definition.revision: ${commit}`,
  });
}
