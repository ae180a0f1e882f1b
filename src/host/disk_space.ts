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

/** How full a file system is, for this user. */
export interface DiskSpace {
  /** What this user may still write, quotas aside. */
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly freeInodes: number;
  /** 0 where the file system makes inodes as it needs them. */
  readonly totalInodes: number;
}

/** Returns how full the file system of `path` is. Throws {@linkcode UserError} where df(1) does not know. */
export async function diskSpace(system: ReadSystem, path: string): Promise<DiskSpace> {
  const { stdout } = await system.run({
    program: "df",
    args: ["--output=avail,size,iavail,itotal", "--block-size=1", "--", path],
    changes: false,
    timeoutMs: 30_000,
  });
  const [freeBytes = NaN, totalBytes = NaN, freeInodes, totalInodes] = (stdout.trim().split("\n")[1] ?? "")
    .trim().split(/\s+/).map(Number);
  if (!Number.isFinite(freeBytes) || !Number.isFinite(totalBytes)) {
    throw new UserError(`Cannot tell how much room there is at ${path}: df does not say`);
  }
  return { freeBytes, totalBytes, freeInodes: freeInodes || 0, totalInodes: totalInodes || 0 };
}
