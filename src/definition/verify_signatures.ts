/** Asks git, and git ssh-keygen, for a verdict on signatures. */
import { git } from "../host/git.ts";
import { ProgramError } from "../host/program_error.ts";
import type { ReadSystem } from "../host/system.ts";

/**
 * Only ssh signatures count: the file of allowed signers says nothing of OpenPGP or X.509 keys, so their programs are not run. The one for
 * ssh is named, or the configuration in the clone could name another that says yes to everything.
 */
const SSH_ONLY = [
  ...["-c", "gpg.program=/bin/false", "-c", "gpg.openpgp.program=/bin/false"],
  ...["-c", "gpg.x509.program=/bin/false", "-c", "gpg.ssh.program=ssh-keygen"],
];

/** How long one object may take: git runs ssh-keygen twice, 10 to 30 ms in all. */
const OBJECT_MS = 1_000;

/** What git is to verify, and by whose keys. */
export interface Verification {
  readonly directory: string;
  readonly kind: "commit" | "tag";
  /** Full ids. */
  readonly ids: readonly string[];
  /** An absolute path. */
  readonly allowedsigners: string;
}

/** Returns what git says against these objects; undefined where each bears an ssh signature by an allowed key. */
export async function verifySignatures(
  system: ReadSystem,
  { directory, kind, ids, allowedsigners }: Verification,
): Promise<string | undefined> {
  const signers = ["-c", `gpg.ssh.allowedSignersFile=${allowedsigners}`];
  const args = [...SSH_ONLY, ...signers, `verify-${kind}`, "--end-of-options", ...ids];
  const timeoutMs = 60_000 + ids.length * OBJECT_MS;
  try {
    await system.run(git(args, { directory, changes: false, timeoutMs }));
    return undefined;
  } catch (error) {
    if (!(error instanceof ProgramError) || error.failure.kind !== "exit") throw error;
    return error.stderr;
  }
}
