/** Runs other programs: as a list of arguments, in a small environment, for a limited time, with limited output. */
import { UserError } from "../errors.ts";
import { ProgramError } from "./program_error.ts";
import type { Invocation, RunResult, RunWatch, User } from "./system.ts";

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** How long a program that was asked to end may take for it before it is killed. */
const GRACE_MS = 5_000;

/** Where programs are looked for when the environment names no path, as in a bare cron job. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Returns the absolute path of a program, by `$PATH` and then by the usual directories; an absolute path is taken as it is. */
export function findProgram(program: string): string | undefined {
  if (program.startsWith("/")) return program;
  for (const directory of searchPath().split(":")) {
    const path = `${directory}/${program}`;
    if (directory.startsWith("/") && isExecutable(path)) return path;
  }
  return undefined;
}

/** Runs `invocation` as `user`, who is the user of this process. Throws {@linkcode ProgramError} for everything not accepted. */
export async function runProgram(
  invocation: Invocation,
  user: User,
  _watch: RunWatch = {},
): Promise<RunResult> {
  const program = findProgram(invocation.program);
  if (program === undefined) throw new ProgramError(invocation, { kind: "missing" });
  const child = spawn(program, invocation, user);
  const timeoutMs = invocation.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  // AbortSignal's clocks are there from the start; setTimeout would cost 8 ms to load.
  const timeUp = AbortSignal.timeout(timeoutMs);
  const patienceUp = AbortSignal.timeout(timeoutMs + GRACE_MS);
  const end = () => kill(child, "SIGTERM");
  const endAtOnce = () => kill(child, "SIGKILL");
  if (!invocation.inherit) {
    timeUp.addEventListener("abort", end);
    patienceUp.addEventListener("abort", endAtOnce);
  }
  try {
    const [output, status] = await Promise.all([capture(child, invocation, patienceUp), child.status]);
    if (timeUp.aborted && !invocation.inherit) {
      throw new ProgramError(invocation, { kind: "timeout", timeoutMs }, output);
    }
    if (status.signal !== null) {
      throw new ProgramError(invocation, { kind: "signal", signal: status.signal }, output);
    }
    if (!(invocation.accept ?? [0]).includes(status.code)) {
      throw new ProgramError(invocation, { kind: "exit", code: status.code }, output);
    }
    return { code: status.code, ...output };
  } finally {
    timeUp.removeEventListener("abort", end);
    patienceUp.removeEventListener("abort", endAtOnce);
  }
}

function searchPath(): string {
  return `${Deno.env.get("PATH") ?? ""}:${DEFAULT_PATH}`;
}

function isExecutable(path: string): boolean {
  try {
    const info = Deno.statSync(path);
    return info.isFile && ((info.mode ?? 0) & 0o111) !== 0;
  } catch {
    return false; // not there, or not to be seen: then it cannot be run either
  }
}

function spawn(program: string, invocation: Invocation, user: User): Deno.ChildProcess {
  const stream = invocation.inherit ? "inherit" : "piped";
  const [path, args] = tiedToThisProcess(program, invocation);
  try {
    return new Deno.Command(path, {
      args: [...args],
      clearEnv: true,
      env: { ...baseEnvironment(user), ...invocation.environment },
      cwd: invocation.directory ?? user.home,
      stdin: invocation.stdin === undefined ? (invocation.inherit ? "inherit" : "null") : "piped",
      stdout: stream,
      stderr: stream,
    }).spawn();
  } catch (error) {
    // NotFound is also said of a working directory that is gone.
    if (error instanceof Deno.errors.NotFound && !isExecutable(path)) {
      throw new ProgramError(invocation, { kind: "missing" });
    }
    throw new UserError(`Cannot run ${program}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

/**
 * A program that changes something must not outlive a ppm that was killed: the lock would be free and a second writer could
 * begin; nor must one that goes on for ever (`journalctl -f`). The kernel ends it then, through setpriv(1), wherever that is installed (util-linux).
 */
function tiedToThisProcess(program: string, invocation: Invocation): readonly [string, readonly string[]] {
  const setpriv = invocation.changes || invocation.inherit ? findProgram("setpriv") : undefined;
  if (setpriv === undefined) return [program, invocation.args];
  return [setpriv, ["--pdeathsig", "KILL", "--", program, ...invocation.args]];
}

function baseEnvironment(user: User): Record<string, string> {
  return {
    HOME: user.home,
    USER: user.name,
    LOGNAME: user.name,
    PATH: searchPath().replace(/^:/, ""),
    LC_ALL: "C.UTF-8",
    XDG_RUNTIME_DIR: user.runtimedirectory,
  };
}

/** Collects the output. At `giveUp` no more is waited for: a child of the program's may outlive it and hold its pipes. */
async function capture(
  child: Deno.ChildProcess,
  invocation: Invocation,
  giveUp: AbortSignal,
): Promise<Omit<RunResult, "code">> {
  if (invocation.inherit) return { stdout: "", stderr: "", stdoutBytes: new Uint8Array() };
  const [stdoutBytes, stderrBytes] = await Promise.all([
    read(child, child.stdout, invocation, giveUp),
    read(child, child.stderr, invocation, giveUp),
    feed(child, invocation),
  ]);
  const decoder = new TextDecoder();
  return { stdout: decoder.decode(stdoutBytes), stderr: decoder.decode(stderrBytes), stdoutBytes };
}

async function read(
  child: Deno.ChildProcess,
  stream: ReadableStream<Uint8Array>,
  invocation: Invocation,
  giveUp: AbortSignal,
): Promise<Uint8Array> {
  const maxBytes = invocation.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
  const reader = stream.getReader();
  const stop = () => void reader.cancel();
  giveUp.addEventListener("abort", stop);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.length;
      if (size > maxBytes) {
        kill(child, "SIGKILL");
        await Promise.all([reader.cancel(), child.status]);
        throw new ProgramError(invocation, { kind: "output", maxBytes });
      }
      chunks.push(next.value);
    }
  } finally {
    giveUp.removeEventListener("abort", stop);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

async function feed(child: Deno.ChildProcess, invocation: Invocation): Promise<void> {
  if (invocation.stdin === undefined) return;
  const bytes = typeof invocation.stdin === "string"
    ? new TextEncoder().encode(invocation.stdin)
    : invocation.stdin;
  const writer = child.stdin.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    // The program ended before it had read everything; its exit code tells what that means.
  }
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}
