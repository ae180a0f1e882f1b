/** What is asked of the remote: bounded in time, without a question to anybody, and explained where it fails. */
import { git } from "../host/git.ts";
import { ProgramError } from "../host/program_error.ts";
import type { Invocation, ReadSystem, RunResult } from "../host/system.ts";
import { explainRemoteFailure } from "./clone_errors.ts";

/** How long a remote may take to say what it has, and to send it; on the way, git itself gives up on silence. */
const ANSWER_MS = 60_000;
const TRANSFER_MS = 30 * 60_000;

/** Where the remote's HEAD stands; all undefined where it leads nowhere. */
export interface RemoteHead {
  /** The default branch; undefined if HEAD stands on none. */
  readonly branch: string | undefined;
  /** Full id. */
  readonly commit: string | undefined;
}

/** How objects are brought from the remote. */
export interface Transfer {
  readonly repository: string;
  /** Whether they go anywhere but to a scratch directory. */
  readonly changes: boolean;
  /** The repository to work in, if there is one. */
  readonly directory?: string;
}

/**
 * Returns where the HEAD of `repository` stands. Asked before anything is transferred: a server that accepts connections and then says
 * nothing is found out here; curl would grant it five minutes.
 */
export async function askRemote(system: ReadSystem, repository: string): Promise<RemoteHead> {
  // In no repository: one that the home directory is itself, as some keep their dotfiles, could redirect any URL.
  const args = ["--git-dir=/dev/null", "ls-remote", "--quiet", "--symref", "--", repository, "HEAD"];
  const options = { changes: false, allowLocal: isLocal(repository), timeoutMs: ANSWER_MS };
  return parseHead((await runRemote(system, git(args, options), repository)).stdout);
}

/** Reads what `git ls-remote --symref REPOSITORY HEAD` prints: `ref: refs/heads/NAME<TAB>HEAD`, where it stands on a branch, and `ID<TAB>HEAD`. */
export function parseHead(output: string): RemoteHead {
  const lines = output.split("\n").filter((line) => line.endsWith("\tHEAD")).map((line) => line.slice(0, -5));
  const prefix = "ref: refs/heads/";
  return {
    branch: lines.find((line) => line.startsWith(prefix))?.slice(prefix.length),
    commit: lines.find((line) => !line.startsWith("ref: ")),
  };
}

/** Runs `git ARGS…`, which reads from the remote. */
export async function transfer(
  system: ReadSystem,
  args: readonly string[],
  { repository, ...options }: Transfer,
): Promise<void> {
  const allowLocal = isLocal(repository);
  await runRemote(system, git(args, { ...options, allowLocal, timeoutMs: TRANSFER_MS }), repository);
}

function isLocal(repository: string): boolean {
  return /^(\/|file:)/.test(repository);
}

async function runRemote(system: ReadSystem, invocation: Invocation, repository: string): Promise<RunResult> {
  try {
    return await system.run(invocation);
  } catch (error) {
    throw error instanceof ProgramError ? explainRemoteFailure(error, repository, system.user.name) : error;
  }
}
