/** Runs other programs: as a list of arguments, in a small environment, for a limited time, with limited output. */
import { UserError } from "../errors.ts";
import { byKeeper, bySignal, type Ending, GRACE_MS } from "./ending.ts";
import { ProgramError, type ProgramFailure } from "./program_error.ts";
import { type Collector, giveLines, keepAll, keepEnd, TooMuchOutput } from "./program_output.ts";
import type { Invocation, RunResult, RunWatch, User } from "./system.ts";

const DEFAULT_TIMEOUT_MS = 60_000;
/** How long what a program has written is waited for that did not end by itself, and has ended: whatever it started may hold its pipes for ever. */
const DRAIN_MS = 250;
const DEFAULT_MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** How much of its errors is kept of a program that is followed: it may run for hours and name each of a million files. */
const KEPT_ERROR_BYTES = 64 * 1024;

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
  watch: RunWatch = {},
): Promise<RunResult> {
  const program = findProgram(invocation.program);
  if (program === undefined) throw new ProgramError(invocation, { kind: "missing" });
  if (watch.signal?.aborted) throw new ProgramError(invocation, { kind: "aborted" });
  const child = spawn(program, invocation, user);
  const ending = invocation.keeper ? byKeeper(child) : bySignal(child);
  const limit = limitTime(invocation, ending, watch.signal);
  try {
    watch.onStart?.(child.pid);
    const ended = child.status.finally(() => {
      ending.over();
      limit.ended();
    });
    const [output, status] = await Promise.all([
      capture(child, { invocation, watch, ending, giveUp: limit.giveUp, abandon: limit.abandon }),
      ended,
    ]);
    const failure = limit.reached() ?? failureOf(status, invocation);
    if (failure !== undefined) throw new ProgramError(invocation, failure, output);
    return { code: status.code, ...output };
  } catch (error) {
    ending.kill();
    await child.status;
    if (!(error instanceof TooMuchOutput)) throw error;
    throw new ProgramError(invocation, { kind: error.kind, maxBytes: error.maxBytes });
  } finally {
    limit.clear();
  }
}

function failureOf(status: Deno.CommandStatus, { accept }: Invocation): ProgramFailure | undefined {
  if (status.signal !== null) return { kind: "signal", signal: status.signal };
  return (accept ?? [0]).includes(status.code) ? undefined : { kind: "exit", code: status.code };
}

interface TimeLimit {
  /** Aborted when nothing more of the program is waited for. */
  readonly giveUp: AbortSignal;
  /** Waits for nothing more of the program. */
  abandon(): void;
  /** The program has ended; what it started may go on. */
  ended(): void;
  /** What ended the program before its time, if anything did. */
  reached(): ProgramFailure | undefined;
  clear(): void;
}

/** Ends the program when its time is up or `signal` says so: asked, then killed. */
function limitTime(invocation: Invocation, ending: Ending, signal: AbortSignal | undefined): TimeLimit {
  const timeoutMs = invocation.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const giveUp = new AbortController();
  let failure: ProgramFailure | undefined;
  let over = false;
  let patience: AbortSignal | undefined;
  const drain = () => AbortSignal.timeout(DRAIN_MS).addEventListener("abort", () => giveUp.abort());
  const patienceUp = () => {
    ending.kill();
    giveUp.abort();
  };
  const stop = (reason: ProgramFailure, word: "SIGTERM" | "SIGINT") => {
    if (failure !== undefined) return;
    failure = reason;
    if (over) return drain();
    ending.ask(word);
    patience = AbortSignal.timeout(GRACE_MS);
    patience.addEventListener("abort", patienceUp);
  };
  const timeUp = () => stop({ kind: "timeout", timeoutMs }, "SIGTERM");
  const aborted = () => stop({ kind: "aborted" }, "SIGINT");
  // AbortSignal's clocks are there from the start; setTimeout would cost 8 ms to load.
  const clock = invocation.inherit || timeoutMs === Infinity ? undefined : AbortSignal.timeout(timeoutMs);
  clock?.addEventListener("abort", timeUp);
  signal?.addEventListener("abort", aborted);
  return {
    giveUp: giveUp.signal,
    abandon: () => giveUp.abort(),
    ended: () => {
      over = true;
      if (failure !== undefined) drain();
    },
    reached: () => failure,
    clear: () => {
      clock?.removeEventListener("abort", timeUp);
      patience?.removeEventListener("abort", patienceUp);
      signal?.removeEventListener("abort", aborted);
    },
  };
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
  const fed = invocation.stdin !== undefined || invocation.keeper;
  try {
    return new Deno.Command(path, {
      args: [...args],
      clearEnv: true,
      env: { ...baseEnvironment(user), ...invocation.environment },
      cwd: invocation.directory ?? user.home,
      stdin: fed ? "piped" : invocation.inherit ? "inherit" : "null",
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

interface Running {
  readonly invocation: Invocation;
  readonly watch: RunWatch;
  readonly ending: Ending;
  /** When it is aborted no more is waited for: a child of the program's may outlive it and hold its pipes. */
  readonly giveUp: AbortSignal;
  readonly abandon: () => void;
}

async function capture(child: Deno.ChildProcess, running: Running): Promise<Omit<RunResult, "code">> {
  const { invocation, watch } = running;
  if (invocation.inherit) return { stdout: "", stderr: "", stdoutBytes: new Uint8Array() };
  const maxBytes = invocation.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
  const { onLine } = watch;
  const followed = onLine !== undefined;
  const stdout = followed
    ? giveLines((line) => onLine.call(watch, line), watch.separator ?? "\n")
    : keepAll(maxBytes);
  const reading = [
    read(child.stdout, stdout, running),
    read(child.stderr, followed ? keepEnd(KEPT_ERROR_BYTES) : keepAll(maxBytes), running),
  ] as const;
  await Promise.allSettled([...reading, feed(child, invocation)]); // no stream is left open where one fails
  const [stdoutBytes, stderrBytes] = await Promise.all(reading);
  const decoder = new TextDecoder();
  return { stdout: decoder.decode(stdoutBytes), stderr: decoder.decode(stderrBytes), stdoutBytes };
}

/** Reads a stream to its end. What `collector` throws kills the program, and ends the reading of the other stream. */
async function read(
  stream: ReadableStream<Uint8Array>,
  collector: Collector,
  { ending, giveUp, abandon }: Running,
): Promise<Uint8Array> {
  const reader = stream.getReader();
  const stop = () => void reader.cancel();
  giveUp.addEventListener("abort", stop);
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) collector.add(next.value);
    return collector.end();
  } catch (error) {
    ending.kill();
    abandon();
    throw error;
  } finally {
    giveUp.removeEventListener("abort", stop);
  }
}

async function feed(child: Deno.ChildProcess, invocation: Invocation): Promise<void> {
  if (invocation.stdin === undefined || invocation.keeper) return;
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
