/** Whether a commit is signed by somebody whom the administrator named. Asked before anything of it is read: templates are programs. */
import { UserError } from "../errors.ts";
import { git } from "../host/git.ts";
import { ProgramError } from "../host/program_error.ts";
import type { ReadSystem } from "../host/system.ts";

/**
 * Only ssh signatures count: the file of allowed signers says nothing of OpenPGP or X.509 keys, so their programs are not run. The one for
 * ssh is named, or the configuration in the clone could name another that says yes to everything.
 */
const SSH_ONLY = [
  ...["-c", "gpg.program=/bin/false", "-c", "gpg.x509.program=/bin/false"],
  ...["-c", "gpg.ssh.program=ssh-keygen"],
];

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
 * Throws unless the clone's commit bears an ssh signature by one of the keys in `allowedsigners`, an absolute path to a file in the form
 * that ssh-keygen(1) gives under ALLOWED SIGNERS.
 */
export async function requireSignature(
  system: ReadSystem,
  clone: Signed,
  allowedsigners: string,
): Promise<void> {
  const refused = `Cannot use the commit ${clone.commit.slice(0, 12)} of the definition`;
  if (system.lstat(allowedsigners) === undefined) {
    throw new UserError(`${refused}: ${allowedsigners}, which names the allowed signers, does not exist`, {
      exit: "invalid",
    });
  }
  const signers = ["-c", `gpg.ssh.allowedSignersFile=${allowedsigners}`];
  const args = [...SSH_ONLY, ...signers, "verify-commit", "--end-of-options", clone.commit];
  try {
    await system.run(git(args, { directory: clone.directory, changes: false }));
  } catch (error) {
    if (!(error instanceof ProgramError) || error.failure.kind !== "exit") throw error;
    const why = error.stderr.trim().split("\n").at(-1) || "it bears no signature";
    throw new UserError(`${refused}: no key in ${allowedsigners} has signed it (${why})`, {
      exit: "invalid",
      hint: "Have it signed (git commit -S, with gpg.format=ssh), or name its signer there",
      cause: error,
    });
  }
}
