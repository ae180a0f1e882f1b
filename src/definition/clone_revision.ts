/** Which commit a revision means. */
import { UserError } from "../errors.ts";
import { git } from "../host/git.ts";
import type { ReadSystem } from "../host/system.ts";
import { suggest } from "../suggest.ts";

/** Where a clone keeps the branches and the tags of its remote. */
export const BRANCHES = "refs/remotes/origin/";
export const TAGS = "refs/tags/";

/** As many names as a message lists. */
const LISTED = 10;

/** The branches and tags that a clone has from its remote. */
export interface RemoteNames {
  readonly branches: readonly string[];
  readonly tags: readonly string[];
}

/** What a revision means in a clone. */
export interface Revision {
  /** Full id. */
  readonly commit: string;
  /** The branch of the remote or the tag that it names, in full; undefined for the id of a commit and for a HEAD on no branch. */
  readonly ref: string | undefined;
}

/**
 * Returns what `revision` means in the clone at `directory`: the full id of a commit, else a branch of the remote, else a tag, else
 * the shortened id of a commit. A full id is never looked for among the names, or the remote could give another commit that name.
 * For undefined: the commit that `head` leads to, which stands for the remote's own HEAD.
 *
 * Throws for what means nothing, or no single commit, naming what there is instead (exit code 4).
 */
export async function resolveRevision(
  system: ReadSystem,
  directory: string,
  { revision, head }: { readonly revision: string | undefined; readonly head: string | undefined },
): Promise<Revision> {
  const names = await remoteNames(system, directory);
  if (revision === undefined) {
    const commit = head === undefined ? undefined : await commitOf(system, directory, head);
    if (commit === undefined) throw noDefault(names);
    return { commit, ref: head?.startsWith(BRANCHES) ? head : undefined };
  }
  const ref = refName(names, revision);
  const name = ref ?? (/^[0-9a-f]{4,64}$/i.test(revision) ? revision : undefined);
  if (name === undefined) {
    throw unknownRevision(revision, names, "is neither a branch, nor a tag, nor a commit");
  }
  const commit = await commitOf(system, directory, name);
  if (commit !== undefined) return { commit, ref };
  throw unknownRevision(revision, names, "means no commit of this repository, or more than one");
}

/** Returns the commit that is checked out for `revision` if it can be told without asking the remote. */
export async function knownCommit(
  system: ReadSystem,
  directory: string,
  revision: string | undefined,
): Promise<string | undefined> {
  const name = revision === undefined
    ? `${BRANCHES}HEAD`
    : refName(await remoteNames(system, directory), revision);
  return await commitOf(system, directory, name ?? revision ?? "HEAD");
}

/**
 * Returns `refs/tags/NAME` if that is what `revision` means in the clone at `directory`, an annotated tag of `commit`; else null. Only
 * such a tag can bear a signature.
 */
export async function annotatedTag(
  system: ReadSystem,
  directory: string,
  { revision, commit }: { readonly revision: string | undefined; readonly commit: string },
): Promise<string | null> {
  if (revision === undefined) return null;
  const ref = refName(await remoteNames(system, directory), revision);
  if (!ref?.startsWith(TAGS) || await commitOf(system, directory, ref) !== commit) return null;
  const { stdout } = await system.run(git(["cat-file", "-t", ref], { directory, changes: false }));
  return stdout.trim() === "tag" ? ref : null;
}

/** Whether `revision` is the full id of a commit, SHA-1 or SHA-256. */
export function isFullId(revision: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(revision);
}

/** Returns how to name the commit with this full id to `git checkout`, which would rather take a branch that bears the id as its name. */
export function theCommit(id: string): string {
  return `${id}^0`;
}

async function remoteNames(system: ReadSystem, directory: string): Promise<RemoteNames> {
  const invocation = git(["for-each-ref", "--format=%(refname)", BRANCHES, TAGS], {
    directory,
    changes: false,
  });
  const refs = (await system.run(invocation)).stdout.split("\n");
  const below = (prefix: string) =>
    refs.filter((ref) => ref.startsWith(prefix)).map((ref) => ref.slice(prefix.length));
  return { branches: below(BRANCHES).filter((name) => name !== "HEAD"), tags: below(TAGS) };
}

function refName(names: RemoteNames, revision: string): string | undefined {
  if (isFullId(revision)) return undefined;
  if (names.branches.includes(revision)) return BRANCHES + revision;
  return names.tags.includes(revision) ? TAGS + revision : undefined;
}

/** Returns the full id of the commit that `name` leads to in the clone at `directory`; undefined where there is none, or more than one. */
export async function commitOf(
  system: ReadSystem,
  directory: string,
  name: string,
): Promise<string | undefined> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
  const { code, stdout } = await system.run(git(args, { directory, changes: false, accept: [0, 1, 128] }));
  return code === 0 ? stdout.trim() : undefined;
}

function noDefault(names: RemoteNames): UserError {
  if (names.branches.length + names.tags.length === 0) {
    return new UserError("Cannot use the repository of the definition: it is empty", {
      exit: "invalid",
      hint:
        "Commit a definition first (appinfo.yml and templates/), and push it where this is another repository",
    });
  }
  return new UserError(
    "Cannot use the default branch of the definition's repository: its HEAD leads nowhere",
    {
      exit: "invalid",
      hint: `Say definition.revision in config.yml. ${listed(names)}`,
    },
  );
}

function unknownRevision(revision: string, names: RemoteNames, state: string): UserError {
  const near = suggest(revision, [...names.branches, ...names.tags]);
  return new UserError(`Cannot find the revision "${revision}": it ${state}`, {
    exit: "invalid",
    hint: `${near === undefined ? "" : `Did you mean "${near}"? `}${listed(names)}`,
  });
}

function listed({ branches, tags }: RemoteNames): string {
  const list = (kind: string, names: readonly string[]) =>
    `${kind}: ${names.slice(0, LISTED).join(", ") || "none"}${names.length > LISTED ? ", …" : ""}`;
  return `${list("Branches", branches)}. ${list("Tags", tags)}.`;
}
