/** How much room there is. */
import type { ReadSystem } from "./system.ts";

/** Returns the bytes that this user may still write to the file system of `path`. */
export async function freeBytes(system: ReadSystem, path: string): Promise<number> {
  const { stdout } = await system.run({
    program: "df",
    args: ["--output=avail", "--block-size=1", "--", path],
    changes: false,
    timeoutMs: 10_000,
  });
  return Number(stdout.trim().split("\n").at(-1));
}
