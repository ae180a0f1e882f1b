/** Files below /proc, which Deno lets no program read that may not do everything: cat(1) reads them. */
import type { ReadSystem } from "./system.ts";

/** Returns the content of a file below /proc. */
export async function readProc(system: ReadSystem, path: string): Promise<string> {
  return (await system.run({ program: "cat", args: ["--", path], changes: false, timeoutMs: 10_000 })).stdout;
}
