/** Files below /proc, which Deno lets no program read that may not do everything: cat(1) reads them. */
import type { ReadSystem } from "./system.ts";

/** Returns the content of a file below /proc. */
export async function readProc(system: ReadSystem, path: string): Promise<string> {
  const args = ["--", path];
  // Somebody whose home directory does not exist may look, too.
  const { stdout } = await system.run({
    program: "cat",
    args,
    changes: false,
    directory: "/",
    timeoutMs: 10_000,
  });
  return stdout;
}
