/**
 * The clone of the definition's repository, `~/.ppm/definition`.
 *
 * It is made beside its place, screened before anything of it is checked out, and renamed by the plan: so it is there whole or not at
 * all, whatever is killed when. Once it stands it is never moved from here; that is for `upgrade`, or for git by hand.
 */
import { UserError } from "../errors.ts";
import { git } from "../host/git.ts";
import { ProgramError } from "../host/program_error.ts";
import type { Invocation, ReadSystem, RunResult, System } from "../host/system.ts";
import { explainRemoteFailure } from "./clone_errors.ts";
import { knownCommit, resolveRevision } from "./clone_revision.ts";
import { changedFiles, headCommit, localChanges, originOf, requireOwnClone } from "./clone_state.ts";
import { CLONE_DIRECTORY, NEW_CLONE_DIRECTORY } from "../layout.ts";
import { readScreenedTree } from "./source.ts";

/** Where a definition is: the section `definition` of config.yml. */
export interface DefinitionPlace {
  /** An https or ssh URL, `user@host:path`, a `file:` URL or an absolute path. */
  readonly repository: string;
  /** Branch, tag or commit; undefined: the remote's default branch. */
  readonly revision: string | undefined;
  /** Where `appinfo.yml` lies in the repository; `.` for its top. */
  readonly directory: string;
}

/** A clone, at the commit that counts. */
export interface Clone {
  /** Its work tree. Contents are read from git's objects: a preview's clone has no files checked out. */
  readonly directory: string;
  /** Full id. */
  readonly commit: string;
  readonly repository: string;
  /** Whether it still has to be put into its place. */
  readonly isNew: boolean;
  /** What the administrator should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** How long a remote may take to say what it has, and a whole clone; on the way, git itself gives up on silence. */
const ANSWER_MS = 60_000;
const CLONE_MS = 30 * 60_000;

/** As many file names as a warning lists. */
const LISTED = 10;

/** Returns where the clone of this user stands. */
export function cloneDirectory(system: ReadSystem): string {
  return `${system.user.home}/${CLONE_DIRECTORY}`;
}

/**
 * Returns the clone; where none stands, a new one beside its place, at {@linkcode NEW_CLONE_DIRECTORY}, for the plan to adopt once everything
 * in it has been checked. Never fetches into one that stands. For whoever holds ppm's lock; `~/.ppm` must stand.
 *
 * Throws {@linkcode UserError} for a remote that cannot be read, a revision that it does not have, a tree that is refused, and a
 * standing clone of another repository, of another user or without a commit. Nothing is left of a new clone then.
 */
export async function prepareClone(system: System, place: DefinitionPlace): Promise<Clone> {
  discardNewClone(system); // what a killed run left
  const standing = await openClone(system, place);
  if (standing !== undefined) return standing;
  const directory = newCloneDirectory(system);
  try {
    const commit = await fetchScreened(system, directory, place, { changes: true });
    const checkout = ["checkout", "--quiet", "--detach", commit, "--"];
    await system.run(git(checkout, { directory, changes: true }));
    return { directory, commit, repository: place.repository, isNew: true, warnings: [] };
  } catch (error) {
    discardNewClone(system);
    throw error;
  }
}

/** Removes a clone that was not adopted, if there is one. */
export function discardNewClone(system: System): void {
  system.removeTree(newCloneDirectory(system));
}

/**
 * Returns the standing clone or, where there is none, one made in `scratch` (a directory from `makeScratch`) with nothing checked
 * out: what {@linkcode prepareClone} would give. Changes nothing outside of `scratch`.
 */
export async function previewClone(
  system: ReadSystem,
  place: DefinitionPlace,
  scratch: string,
): Promise<Clone> {
  const standing = await openClone(system, place);
  if (standing !== undefined) return standing;
  const directory = `${scratch}/definition`;
  const commit = await fetchScreened(system, directory, place, { changes: false });
  return { directory, commit, repository: place.repository, isNew: true, warnings: [] };
}

/** Returns the standing clone, at the commit that is checked out in it; undefined where nothing stands. */
export async function openClone(system: ReadSystem, place: DefinitionPlace): Promise<Clone | undefined> {
  const directory = cloneDirectory(system);
  if (system.lstat(directory) === undefined) return undefined;
  requireOwnClone(system, directory);
  const commit = await headCommit(system, directory);
  const origin = await originOf(system, directory);
  if (origin !== place.repository) throw await otherOrigin(system, directory, origin, place.repository);
  const warnings = await Promise.all([
    revisionWarnings(system, directory, place.revision, commit),
    changeWarnings(system, directory),
  ]);
  return { directory, commit, repository: place.repository, isNew: false, warnings: warnings.flat() };
}

function newCloneDirectory(system: ReadSystem): string {
  return `${system.user.home}/${NEW_CLONE_DIRECTORY}`;
}

/** Clones into `directory`, nothing checked out, and returns the commit that is asked for once its tree has been screened. */
async function fetchScreened(
  system: ReadSystem,
  directory: string,
  place: DefinitionPlace,
  options: { readonly changes: boolean },
): Promise<string> {
  const { repository } = place;
  const allowLocal = /^(\/|file:)/.test(repository);
  const remote = (args: readonly string[], timeoutMs: number, changes: boolean) =>
    runRemote(system, git([...args], { changes, allowLocal, timeoutMs }), repository);
  // A server that accepts connections and then says nothing is found out here: curl would grant it five minutes.
  await remote(["ls-remote", "--quiet", "--heads", "--", repository], ANSWER_MS, false);
  const flags = ["--quiet", "--no-checkout", "--no-local", "--template=", "--config", "core.symlinks=false"];
  await remote(["clone", ...flags, "--", repository, directory], CLONE_MS, options.changes);
  const commit = await resolveRevision(system, directory, place.revision);
  await readScreenedTree(system, { directory, commit }, place.directory);
  return commit;
}

async function runRemote(system: ReadSystem, invocation: Invocation, repository: string): Promise<RunResult> {
  try {
    return await system.run(invocation);
  } catch (error) {
    throw error instanceof ProgramError ? explainRemoteFailure(error, repository, system.user.name) : error;
  }
}

async function otherOrigin(
  system: ReadSystem,
  directory: string,
  origin: string | undefined,
  repository: string,
): Promise<UserError> {
  const { files, commits } = await localChanges(system, directory);
  const loss = commits + files.length === 0
    ? "It is only a copy"
    : `Commits (${commits}) and changed files (${files.length}) in it are nowhere else: save them first`;
  const from = origin === undefined ? "nothing says where it comes from" : `it comes from "${origin}"`;
  return new UserError(`Cannot use the clone ${directory}: ${from}, and config.yml says "${repository}"`, {
    hint: `${loss}. To change over: rm -rf ${directory}, then ppm setup`,
  });
}

async function revisionWarnings(
  system: ReadSystem,
  directory: string,
  revision: string | undefined,
  commit: string,
): Promise<readonly string[]> {
  const wanted = await knownCommit(system, directory, revision);
  if (wanted === commit) return [];
  const name = revision === undefined ? "the default branch" : `the revision "${revision}"`;
  const state = wanted === undefined ? "is not known to it" : `is ${wanted.slice(0, 12)}`;
  const way = wanted === undefined
    ? ""
    : `. By hand: git -C ${directory} checkout --detach ${wanted.slice(0, 12)}`;
  return [
    `${directory} stays at the commit ${
      commit.slice(0, 12)
    }, while ${name} ${state}: setup never moves it${way}`,
  ];
}

async function changeWarnings(system: ReadSystem, directory: string): Promise<readonly string[]> {
  const files = await changedFiles(system, directory);
  if (files.length === 0) return [];
  const more = files.length > LISTED ? `, and ${files.length - LISTED} more` : "";
  const names = files.slice(0, LISTED).join(", ") + more;
  return [`Changes in ${directory} that are not committed are not used: ${names}`];
}
