/** What running programs have written so far, as the kernel counts it. */
import type { ReadSystem } from "./system.ts";

/** Processes below a program that was started: podman starts itself anew, and then a shell. */
const MAX_DEPTH = 4;

/** Returns the bytes that a process and those below it have written with write(2), pipes and sockets included; undefined where that cannot be known. */
export async function bytesWritten(system: ReadSystem, pid: number): Promise<number | undefined> {
  const pids = [pid];
  let generation = [pid];
  for (let depth = 0; depth < MAX_DEPTH && generation.length > 0; depth++) {
    generation = [...await childrenOf(system, generation)];
    pids.push(...generation);
  }
  const text = await output(system, "cat", ["--", ...pids.map((each) => `/proc/${each}/io`)]);
  const counts = [...text.matchAll(/^wchar: (\d+)$/gm)].map(([, bytes]) => Number(bytes));
  return counts.length === 0 ? undefined : counts.reduce((sum, bytes) => sum + bytes, 0);
}

/** A child is listed under the thread that started it, which of a Go program may be any. */
async function childrenOf(system: ReadSystem, pids: readonly number[]): Promise<readonly number[]> {
  const tasks = pids.map((pid) => `/proc/${pid}/task`);
  const text = await output(system, "find", [
    ...tasks,
    ..."-maxdepth 2 -name children -exec cat {} +".split(" "),
  ]);
  return text.split(/\s+/).filter(Boolean).map(Number).filter((pid) => !pids.includes(pid));
}

/** What has ended meanwhile is no failure. */
async function output(system: ReadSystem, program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await system.run({ program, args, changes: false, accept: [0, 1], timeoutMs: 5_000 });
    return stdout;
  } catch {
    return "";
  }
}
