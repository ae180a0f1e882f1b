/**
 * Measures programs from inside a server, so that entering it costs nothing: reads a {@linkcode Job} as JSON on stdin, prints what it
 * measured as JSON on stdout. It stands alone, as it is copied into the server.
 *
 *     deno run -A measure.ts <job.json
 */

/** A program to run, and as whom. */
export interface Program {
  readonly argv: readonly string[];
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Whom a measuring root runs it as; otherwise, who measures. */
  readonly uid?: number;
}

/** One of several programs that are measured in turns. */
export interface Contender {
  readonly name: string;
  readonly program: Program;
  /** Run before every turn, uncounted. */
  readonly before?: Program;
  /** Asked after every counted turn: prints a number, which is kept by `name` as the times are. */
  readonly reading?: { readonly name: string; readonly program: Program };
  /** Besides what the program starts, everything in this directory of /sys/fs/cgroup counts as its memory. */
  readonly cgroup?: string;
  /** Programs whose memory does not count, by the names of their processes. */
  readonly except?: readonly string[];
}

/** What is to be measured: wall time in turns (A B C A B C …), or the memory of each program once. */
export type Job =
  | {
    readonly kind: "time";
    readonly contenders: readonly Contender[];
    readonly rounds: number;
    /** Rounds before these, uncounted. */
    readonly warmups: number;
  }
  | { readonly kind: "memory"; readonly contenders: readonly Contender[] };

/** Milliseconds from before the start to after the end, by contender and round; and what was read. */
export type Times = Readonly<Record<string, readonly number[]>>;

/** Peaks in bytes. */
export interface Memory {
  /** The program and everything it started, at one moment, what they share counted once (the sum of their Pss). */
  readonly together: number;
  /** The largest single process (VmHWM). */
  readonly largest: number;
}

/** Peaks by contender. */
export type Memories = Readonly<Record<string, Memory>>;

if (import.meta.main) {
  const job: Job = JSON.parse(await new Response(Deno.stdin.readable).text());
  const result = job.kind === "time" ? measureTimes(job) : await measureMemories(job.contenders);
  console.log(JSON.stringify(result));
}

function measureTimes({ contenders, rounds, warmups }: Job & { readonly kind: "time" }): Times {
  const times: Record<string, number[]> = {};
  for (let round = -warmups; round < rounds; round++) {
    for (const { name, program, before, reading } of contenders) {
      if (before !== undefined) run(before);
      const begin = performance.now();
      run(program);
      const took = performance.now() - begin;
      if (round < 0) continue;
      (times[name] ??= []).push(took);
      if (reading !== undefined) (times[reading.name] ??= []).push(Number(run(reading.program, "piped")));
    }
  }
  return times;
}

/** Runs a program to its end; returns what it printed, if that is wanted. */
function run(program: Program, stdout: "piped" | "null" = "null"): string {
  const output = command(program, { stdout, stderr: "piped" }).outputSync();
  const decoder = new TextDecoder();
  if (!output.success) throw new Error(`${program.argv.join(" ")}: ${decoder.decode(output.stderr)}`);
  return stdout === "null" ? "" : decoder.decode(output.stdout);
}

function command(
  { argv, environment, directory, uid }: Program,
  { stdout, stderr }: { readonly stdout: "piped" | "null"; readonly stderr: "piped" | "inherit" },
): Deno.Command {
  const [name = "", ...args] = argv;
  return new Deno.Command(name, {
    args,
    clearEnv: true,
    env: { ...environment },
    cwd: directory,
    ...(uid === undefined ? {} : { uid, gid: uid }),
    stdin: "null",
    stdout,
    stderr,
  });
}

async function measureMemories(contenders: readonly Contender[]): Promise<Memories> {
  const memories: Record<string, Memory> = {};
  for (const contender of contenders) {
    if (contender.before !== undefined) run(contender.before);
    memories[contender.name] = await measureMemory(contender);
  }
  return memories;
}

/** Looks at a program and its descendants again and again, as often as that can be done, until it has ended. */
async function measureMemory({ program, cgroup, except = [] }: Contender): Promise<Memory> {
  // Nobody reads here while it runs; a full pipe would stop it.
  const child = command(program, { stdout: "null", stderr: "inherit" }).spawn();
  let together = 0;
  let largest = 0;
  while (isRunning(child.pid)) {
    const besides = cgroup === undefined ? [] : look(`/sys/fs/cgroup/${cgroup}/cgroup.procs`).split("\n");
    const all = new Set([child.pid, ...descendants(child.pid), ...besides.filter(Boolean).map(Number)]);
    const processes = [...all].filter((pid) =>
      !isHalfBorn(pid) && !except.includes(look(`/proc/${pid}/comm`).trim())
    );
    together = Math.max(together, processes.reduce((sum, pid) => sum + bytes(pid, "smaps_rollup", "Pss"), 0));
    largest = Math.max(largest, ...processes.map((pid) => bytes(pid, "status", "VmHWM")));
  }
  const { success } = await child.status;
  if (!success) throw new Error(`${program.argv.join(" ")} failed`);
  return { together, largest };
}

/** Whether a process has not ended; one that has, and that nobody has asked about yet, is a zombie. */
function isRunning(pid: number): boolean {
  const stat = look(`/proc/${pid}/stat`);
  return stat !== "" && !/\) [ZX] /.test(stat);
}

function descendants(pid: number): readonly number[] {
  const children = list(`/proc/${pid}/task`)
    .flatMap((task) => look(`/proc/${pid}/task/${task}/children`).split(" "))
    .filter((child) => child !== "")
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Whether a process has been forked and has not begun its own program yet: what it seems to have is its parent's. */
function isHalfBorn(pid: number): boolean {
  const parent = /^PPid:\s*(\d+)/m.exec(look(`/proc/${pid}/status`))?.[1];
  return look(`/proc/${pid}/cmdline`) === look(`/proc/${parent}/cmdline`);
}

/** Reads a line `KEY:  123 kB` of a file of /proc; 0 where the process has ended. */
function bytes(pid: number, file: string, key: string): number {
  const line = new RegExp(`^${key}:\\s*(\\d+) kB`, "m").exec(look(`/proc/${pid}/${file}`));
  return Number(line?.[1] ?? 0) * 1024;
}

function look(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // it has ended meanwhile
  }
}

function list(path: string): readonly string[] {
  try {
    return Array.from(Deno.readDirSync(path), (entry) => entry.name);
  } catch {
    return [];
  }
}
