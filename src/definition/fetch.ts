/** What the remote has by now: fetched beside the work tree, which stays as it is until everything new has been checked. */
import { UserError } from "../errors.ts";
import { type Clock, REAL_CLOCK } from "../host/clock.ts";
import { git } from "../host/git.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { type Clone, cloneDirectory, type DefinitionPlace, requireCloneOf } from "./clone.ts";
import { awaitLocks, removeHalfPacks } from "./clone_locks.ts";
import { askRemote, type RemoteHead, transfer } from "./clone_remote.ts";
import { annotatedTag, BRANCHES, commitOf, isFullId, resolveRevision, TAGS } from "./clone_revision.ts";
import { requirePlainSettings } from "./clone_settings.ts";
import { hasCommit } from "./commits.ts";
import { readScreenedTree } from "./source.ts";

/** A revision of the remote, as it stands there now. */
export interface Fetched {
  /** At the commit that the revision means; `isNew` is false. What is warned of is what a killed git had left. */
  readonly clone: Clone;
  /** `refs/tags/NAME` where the revision is an annotated tag. */
  readonly tag: string | null;
  /** The revision in words: `the branch main`, `the tag v2`, `the commit 1a2b3c4d5e6f`. */
  readonly name: string;
}

/**
 * All branches and tags, as they are there now: moved, however they moved, and gone where they are gone. Named here, and not by the remote's
 * entry in the clone's configuration.
 */
const REFSPECS = [`+refs/heads/*:${BRANCHES}*`, `+${TAGS}*:${TAGS}*`];

/**
 * Fetches into the standing clone: objects, the remote's branches and the tags; what is checked out stays. For whoever holds ppm's lock.
 *
 * Throws {@linkcode UserError} for a clone that is none of this user and repository or was tampered with, a remote that cannot be read or
 * is silent, a revision that it does not have any more, and a tree that is refused.
 */
export async function fetchDefinition(
  system: System,
  place: DefinitionPlace,
  { clock = REAL_CLOCK }: { readonly clock?: Clock } = {},
): Promise<Fetched> {
  const directory = cloneDirectory(system);
  await requireStanding(system, place);
  const warnings = await awaitLocks(system, directory, clock);
  removeHalfPacks(system, directory, clock);
  const fetched = await fetchInto(system, directory, place, { changes: true });
  return { ...fetched, clone: { ...fetched.clone, warnings } };
}

/**
 * Returns what {@linkcode fetchDefinition} would, fetched into a repository in `scratch` (a directory from `makeScratch`) that borrows the
 * clone's objects. Changes nothing outside of `scratch`.
 */
export async function previewFetch(
  system: ReadSystem,
  place: DefinitionPlace,
  scratch: string,
): Promise<Fetched> {
  await requireStanding(system, place);
  const lender = cloneDirectory(system);
  const directory = `${scratch}/fetched`;
  const format = ["rev-parse", "--show-object-format"];
  const { stdout } = await system.run(git(format, { directory: lender, changes: false }));
  const init = ["init", "--quiet", "--template=", `--object-format=${stdout.trim()}`, "--", directory];
  await system.run(git(init, { changes: false }));
  system.writeScratch(`${directory}/.git/objects/info/alternates`, `${lender}/.git/objects\n`);
  return await fetchInto(system, directory, place, { changes: false });
}

async function requireStanding(system: ReadSystem, place: DefinitionPlace): Promise<void> {
  const directory = cloneDirectory(system);
  if (system.lstat(directory) === undefined) {
    throw new UserError(`Cannot fetch into the clone ${directory}: it does not exist`, {
      hint: "Run: ppm setup",
    });
  }
  await requireCloneOf(system, place.repository);
  await requirePlainSettings(system, directory);
}

async function fetchInto(
  system: ReadSystem,
  directory: string,
  place: DefinitionPlace,
  options: { readonly changes: boolean },
): Promise<Fetched> {
  const { repository, revision } = place;
  const head = await askRemote(system, repository);
  const flags = ["--quiet", "--prune", "--no-tags", "--recurse-submodules=no", "--no-write-fetch-head"];
  const fetch = (refspecs: readonly string[]) =>
    transfer(system, ["fetch", ...flags, "--", repository, ...refspecs], {
      repository,
      directory,
      ...options,
    });
  await fetch(REFSPECS);
  await followHead(system, directory, head, options);
  // A commit that no branch and no tag holds has to be asked for.
  const id = revision === undefined && head.branch === undefined ? head.commit : revision;
  if (id !== undefined && isFullId(id) && !await hasCommit(system, directory, id)) await fetch([id]);
  const meant = { revision, head: head.branch === undefined ? head.commit : `${BRANCHES}${head.branch}` };
  const { commit, ref } = await resolveRevision(system, directory, meant);
  await readScreenedTree(system, { directory, commit }, place.directory);
  return {
    clone: { directory, commit, repository, isNew: false, warnings: [] },
    tag: await annotatedTag(system, directory, { revision, commit }),
    name: nameOf(ref, commit),
  };
}

/** Remembers the remote's default branch as git does when it clones, so that what is said without asking the remote stays right. */
async function followHead(
  system: ReadSystem,
  directory: string,
  { branch }: RemoteHead,
  { changes }: { readonly changes: boolean },
): Promise<void> {
  const ref = `${BRANCHES}${branch}`;
  if (branch === undefined || await commitOf(system, directory, ref) === undefined) return;
  await system.run(git(["symbolic-ref", `${BRANCHES}HEAD`, ref], { directory, changes }));
}

function nameOf(ref: string | undefined, commit: string): string {
  if (ref?.startsWith(BRANCHES)) return `the branch ${ref.slice(BRANCHES.length)}`;
  return ref?.startsWith(TAGS) ? `the tag ${ref.slice(TAGS.length)}` : `the commit ${commit.slice(0, 12)}`;
}
