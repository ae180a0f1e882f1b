/** Whether commits are signed by somebody whom the administrator named. Asked before anything of them is read: templates are programs. */
import { UserError } from "../errors.ts";
import { git } from "../host/git.ts";
import { ProgramError } from "../host/program_error.ts";
import type { ReadSystem } from "../host/system.ts";
import { requireOwnName, tagIn } from "./signed_tag.ts";

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
}

/**
 * Only ssh signatures count: the file of allowed signers says nothing of OpenPGP or X.509 keys, so their programs are not run. The one for
 * ssh is named, or the configuration in the clone could name another that says yes to everything.
 */
const SSH_ONLY = [
  ...["-c", "gpg.program=/bin/false", "-c", "gpg.openpgp.program=/bin/false"],
  ...["-c", "gpg.x509.program=/bin/false", "-c", "gpg.ssh.program=ssh-keygen"],
];

/** As many commits as one git verifies, and how long it may take for each: it runs ssh-keygen twice, 10 to 30 ms in all. */
const BATCH = 100;
const COMMIT_MS = 1_000;

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
  const { directory, commit, tag, since } = signed;
  if (system.lstat(allowedsigners) === undefined) throw noSigners(commit, allowedsigners);
  const verify = (kind: "commit" | "tag", ids: readonly string[]) =>
    verification(system, { directory, kind, ids, allowedsigners });
  if (tag && await isSignedTag(system, signed, tag, verify)) return;
  const ids = [...await commitsSince(system, directory, commit, since), commit];
  for (let at = 0; at < ids.length; at += BATCH) {
    const bad = await firstBad(ids.slice(at, at + BATCH), (some) => verify("commit", some));
    if (bad === undefined) continue;
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

/** Says whether `tag` is signed, for this commit. Throws where it is and was made under another name. */
async function isSignedTag(
  system: ReadSystem,
  { directory, commit }: Signed,
  tag: string,
  verify: Verify,
): Promise<boolean> {
  const content = await tagIn(system, directory, tag);
  if (content?.object !== commit) return false;
  if (await verify("tag", [content.id]) !== undefined) return false;
  requireOwnName(tag, content);
  return true;
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

/** What git is to verify, and by whose keys. */
interface Verification {
  readonly directory: string;
  readonly kind: "commit" | "tag";
  readonly ids: readonly string[];
  readonly allowedsigners: string;
}

async function verification(
  system: ReadSystem,
  { directory, kind, ids, allowedsigners }: Verification,
): Promise<string | undefined> {
  const signers = ["-c", `gpg.ssh.allowedSignersFile=${allowedsigners}`];
  const args = [...SSH_ONLY, ...signers, `verify-${kind}`, "--end-of-options", ...ids];
  const timeoutMs = 60_000 + ids.length * COMMIT_MS;
  try {
    await system.run(git(args, { directory, changes: false, timeoutMs }));
    return undefined;
  } catch (error) {
    if (!(error instanceof ProgramError) || error.failure.kind !== "exit") throw error;
    return error.stderr;
  }
}

function noSigners(commit: string, allowedsigners: string): UserError {
  const state = `${allowedsigners}, which names the allowed signers, does not exist`;
  return new UserError(`Cannot use the commit ${commit.slice(0, 12)} of the definition: ${state}`, {
    exit: "invalid",
    hint: "Put a line into it for each key, in the form that ssh-keygen(1) gives under ALLOWED SIGNERS",
  });
}
