/** Whether commits are signed by somebody whom the administrator named. Asked before anything of them is read: templates are programs. */
import { UserError } from "../errors.ts";
import { git } from "../host/git.ts";
import type { ReadSystem } from "../host/system.ts";
import { hasOwnName, requireOwnName, tagIn, type TagObject, tagsOf } from "./signed_tag.ts";
import { verifySignatures } from "./verify_signatures.ts";

/** What has to be signed. */
export interface Signed {
  /** The clone, or a scratch repository. */
  readonly directory: string;
  /** Full id. */
  readonly commit: string;
  /** `refs/tags/NAME`, where the revision is an annotated tag. */
  readonly tag?: string | null;
  /** The commit that was accepted last: all that came since must be signed, too. */
  readonly since?: string | undefined;
  /**
   * Whether the clone stands there already: then every tag of the commit may vouch for it, as config.yml can name another revision by
   * now. For a commit that is new only the tag that was asked for can, or an old release could be passed off as the new one.
   */
  readonly standing?: boolean;
}

/** As many commits as one git verifies. */
const BATCH = 100;

/**
 * Throws unless the tag, or the commit and every one since the last accepted one, bears an ssh signature by one of the keys in `allowedsigners`,
 * an absolute path to a file in the form that ssh-keygen(1) gives under ALLOWED SIGNERS. Whether a key was valid is asked of the time at
 * which the commit says it was made. A signed tag counts for what it says of itself: for that commit, and under the name it was given.
 */
export async function requireSignature(
  system: ReadSystem,
  signed: Signed,
  allowedsigners: string,
): Promise<void> {
  const { directory, commit, tag, since, standing } = signed;
  if (system.lstat(allowedsigners) === undefined) throw noSigners(commit, allowedsigners);
  const verify: Verify = (kind, ids) => verifySignatures(system, { directory, kind, ids, allowedsigners });
  const release = tag ? await signedTag(system, signed, tag, verify) : undefined;
  if (tag && release) return requireOwnName(tag, release);
  const ids = [...await commitsSince(system, directory, commit, since), commit];
  for (let at = 0; at < ids.length; at += BATCH) {
    const bad = await firstBad(ids.slice(at, at + BATCH), (some) => verify("commit", some));
    if (bad === undefined) continue;
    if (standing && await hasSignedTag(system, signed, verify)) return;
    const way = bad.id === commit ? "" : `, on the way to ${commit.slice(0, 12)}`;
    const why = bad.says.trim().split("\n").at(-1) || "it bears no signature";
    throw new UserError(
      `Cannot use the commit ${bad.id.slice(0, 12)} of the definition${way}: ` +
        `no key in ${allowedsigners} has signed it (${why})`,
      {
        exit: "invalid",
        hint: "Have it signed (git commit -S, with gpg.format=ssh), or name its signer there",
      },
    );
  }
}

/** Returns what git says against these objects; undefined where each bears a signature that counts. */
type Verify = (kind: "commit" | "tag", ids: readonly string[]) => Promise<string | undefined>;

/** Returns what `tag` holds if it is signed, for this commit. */
async function signedTag(
  system: ReadSystem,
  { directory, commit }: Signed,
  tag: string,
  verify: Verify,
): Promise<TagObject | undefined> {
  const content = await tagIn(system, directory, tag);
  if (content?.object !== commit) return undefined;
  return await verify("tag", [content.id]) === undefined ? content : undefined;
}

/** Says whether any tag of the commit is signed, under its own name. */
async function hasSignedTag(system: ReadSystem, signed: Signed, verify: Verify): Promise<boolean> {
  for (const tag of await tagsOf(system, signed.directory, signed.commit)) {
    const content = await signedTag(system, signed, tag, verify);
    if (content !== undefined && hasOwnName(tag, content)) return true;
  }
  return false;
}

/** Returns the commits that came after `since` and before `commit`, oldest first; none where nothing was accepted yet. */
async function commitsSince(
  system: ReadSystem,
  directory: string,
  commit: string,
  since: string | undefined,
): Promise<readonly string[]> {
  if (since === undefined) return [];
  const args = ["rev-list", "--topo-order", "--reverse", "--end-of-options", commit, `^${since}`];
  const { stdout } = await system.run(git(args, { directory, changes: false }));
  return stdout.split("\n").filter((id) => id !== "" && id !== commit);
}

/** Returns the first of `ids` that bears no signature that counts, and what git says of it; halving, as git does not tell which one it was. */
async function firstBad(
  ids: readonly string[],
  verify: (ids: readonly string[]) => Promise<string | undefined>,
): Promise<{ readonly id: string; readonly says: string } | undefined> {
  const says = await verify(ids);
  const [id] = ids;
  if (says === undefined || id === undefined) return undefined;
  if (ids.length === 1) return { id, says };
  const half = Math.ceil(ids.length / 2);
  return await firstBad(ids.slice(0, half), verify) ?? await firstBad(ids.slice(half), verify);
}

function noSigners(commit: string, allowedsigners: string): UserError {
  const state = `${allowedsigners}, which names the allowed signers, does not exist`;
  return new UserError(`Cannot use the commit ${commit.slice(0, 12)} of the definition: ${state}`, {
    exit: "invalid",
    hint: "Put a line into it for each key, in the form that ssh-keygen(1) gives under ALLOWED SIGNERS",
  });
}
