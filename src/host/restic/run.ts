/** Runs restic, and makes of every failure a {@linkcode ResticError} that says what to do. */
import { UserError } from "../../errors.ts";
import { ProgramError } from "../program_error.ts";
import type { Invocation, ReadSystem, RunResult, RunWatch } from "../system.ts";
import { unshared } from "../user_namespace.ts";
import {
  holdsCredentials,
  redactRepository,
  type Repository,
  resticEnvironment,
  resticSecrets,
} from "./access.ts";
import type { ResticCommand } from "./commands.ts";
import {
  classify,
  lastWords,
  parseVersion,
  ResticError,
  type ResticTrouble,
  type ResticVersion,
} from "./outcome.ts";
import { sftpOptions } from "./sftp_command.ts";

/** Asks restic for its version; it looks at no repository for that. Throws {@linkcode ResticError} for one that does not say. */
export async function resticVersion(system: ReadSystem): Promise<ResticVersion> {
  const { stdout } = await system.run({ program: "restic", args: ["version"], changes: false });
  const version = parseVersion(stdout);
  if (version !== undefined) return version;
  throw new ResticError("Cannot understand restic: it does not say which version it is", {
    trouble: "unknown",
    code: null,
    hint: "See what this prints: restic version",
  });
}

/** Runs one of restic's commands. Throws {@linkcode ResticError} for everything but an accepted exit code, for a time-out, and when it is aborted. */
export async function runRestic(
  { system, access }: Repository<ReadSystem>,
  command: ResticCommand,
  watch?: RunWatch,
): Promise<RunResult> {
  const scratch = holdsCredentials(access) ? system.makeScratch() : undefined;
  const repositoryFile = scratch === undefined ? undefined : `${scratch}/repository`;
  try {
    if (repositoryFile !== undefined) system.writeScratch(repositoryFile, access.repository);
    return await system.run(toInvocation({ system, access }, command, repositoryFile), watch);
  } catch (error) {
    throw error instanceof ProgramError ? await explain({ system, access }, command, error) : error;
  } finally {
    if (scratch !== undefined) system.removeScratch(scratch);
  }
}

/** Returns what is run: a command of restic's with everything that says which repository. */
export function toInvocation(
  { system, access }: Repository<ReadSystem>,
  command: ResticCommand,
  repositoryFile: string | undefined,
): Invocation {
  const { timeoutMs, accept } = command;
  const restic = ["restic", ...sftpOptions(system, access.repository), ...command.args];
  const [program = "", ...args] = command.nice ? ["nice", "-n", "10", ...restic] : restic;
  const invocation: Invocation = {
    program,
    args,
    changes: command.changes,
    environment: resticEnvironment(access, repositoryFile),
    directory: system.user.home,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(accept === undefined ? {} : { accept }),
  };
  return access.unshare && command.touchesFiles ? unshared(invocation) : invocation;
}

/** Returns the error for output that restic does not print. */
export function notUnderstood(command: ResticCommand, what: string): ResticError {
  return new ResticError(`Cannot ${command.task}: restic's answer makes no sense: ${what}`, {
    trouble: "unknown",
    code: null,
    hint:
      "ppm knows restic 0.14 to 0.19: see restic version, and run the same command by hand (--verbose shows it)",
  });
}

/** Reads output with `parse`; what that does not understand is a {@linkcode ResticError}. */
export function understand<T>(command: ResticCommand, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof TypeError) throw notUnderstood(command, error.message);
    throw error;
  }
}

/** From here on restic's exit codes say what went wrong, if it is one that has them. */
const FIRST_TELLING_CODE = 10;

async function explain(
  { system, access }: Repository<ReadSystem>,
  command: ResticCommand,
  error: ProgramError,
): Promise<UserError> {
  const { failure, stderr } = error;
  const code = failure.kind === "exit" ? failure.code : null;
  const { trouble, reason } = code === null ? judge(error) : {
    trouble: classify(code >= FIRST_TELLING_CODE ? await versionIfKnown(system) : undefined, code, stderr),
    reason: `restic failed (exit code ${code})`,
  };
  const words = lastWords(stderr);
  // Of one that was ended, restic's last words are about that.
  const said = code === null
    ? [reason, words && `it last said: ${words}`].filter(Boolean).join("; ")
    : words || reason;
  const message = `Cannot ${command.task} (${access.repository}): ${said}`;
  return new ResticError(withoutSecrets(access, message), {
    trouble,
    code,
    cause: error,
    ...(failure.kind === "missing" ? { hint: error.hint ?? "" } : {}),
  });
}

/** What it means that restic did not come to its own end. */
function judge({ failure }: ProgramError): { readonly trouble: ResticTrouble; readonly reason: string } {
  switch (failure.kind) {
    case "timeout":
      return { trouble: "unreachable", reason: `no answer within ${Math.round(failure.timeoutMs / 1000)} s` };
    case "aborted":
      return { trouble: "interrupted", reason: "restic was told to end" };
    case "signal":
      return { trouble: "interrupted", reason: `restic was ended by ${failure.signal}` };
    case "missing":
      return { trouble: "unknown", reason: "restic is not installed" };
    case "output":
    case "line":
    case "exit":
      return { trouble: "unknown", reason: "restic prints without end" };
  }
}

async function versionIfKnown(system: ReadSystem): Promise<ResticVersion | undefined> {
  try {
    return await resticVersion(system);
  } catch {
    return undefined; // then its exit codes say nothing, and its messages are all there is
  }
}

function withoutSecrets(access: Repository["access"], text: string): string {
  let result = redactRepository(text);
  for (const { name, value } of resticSecrets(access)) {
    if (value.length >= 4) result = result.replaceAll(value, () => `<secret ${name}>`);
  }
  return result;
}
