/**
 * The clone of the definition's repository, `~/.ppm/definition`.
 *
 * It is made beside its place, screened before anything of it is checked out, and renamed by the plan: so it is there whole or not at
 * all, whatever is killed when. Once it stands it is never moved from here; that is for `upgrade`, or for git by hand.
 */
import { UserError } from "../errors.ts";
import { git } from "../host/git.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { askRemote, transfer } from "./clone_remote.ts";
import { resolveRevision, theCommit } from "./clone_revision.ts";
import { headCommit, localChanges, originOf, requireOwnClone } from "./clone_state.ts";
import { cloneWarnings } from "./clone_warnings.ts";
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
    const checkout = ["checkout", "--quiet", "--detach", theCommit(commit), "--"];
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
  const commit = await requireCloneOf(system, place.repository);
  const warnings = await cloneWarnings(system, { directory, commit, revision: place.revision });
  return { directory, commit, repository: place.repository, isNew: false, warnings };
}

/**
 * Returns the commit that is checked out in the clone. Throws {@linkcode UserError} unless it is this user's own, comes from `repository`,
 * and has a commit.
 */
export async function requireCloneOf(system: ReadSystem, repository: string): Promise<string> {
  const directory = cloneDirectory(system);
  requireOwnClone(system, directory);
  const commit = await headCommit(system, directory);
  const origin = await originOf(system, directory);
  if (origin !== repository) throw await otherOrigin(system, directory, origin, repository);
  return commit;
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
  await askRemote(system, repository);
  const flags = ["--quiet", "--no-checkout", "--no-local", "--template=", "--config", "core.symlinks=false"];
  await transfer(system, ["clone", ...flags, "--", repository, directory], { repository, ...options });
  const { commit } = await resolveRevision(system, directory, { revision: place.revision, head: "HEAD" });
  await readScreenedTree(system, { directory, commit }, place.directory);
  return commit;
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
