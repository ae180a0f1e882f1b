/** How much room there is. */
import { UserError } from "../errors.ts";
import type { ReadSystem } from "./system.ts";

/** Returns the bytes that this user may still write to the file system of `path`, quotas aside. Throws {@linkcode UserError} where df(1) does not know. */
export async function freeBytes(system: ReadSystem, path: string): Promise<number> {
  const { stdout } = await system.run({
    program: "df",
    args: ["--output=avail", "--block-size=1", "--", path],
    changes: false,
    timeoutMs: 30_000, // a server that holds the file system may be slow
  });
  const bytes = /^\s*Avail\s+(\d+)\s*$/.exec(stdout)?.[1];
  if (bytes === undefined) {
    throw new UserError(`Cannot tell how much room there is at ${path}: df does not say`);
  }
  return Number(bytes);
}
