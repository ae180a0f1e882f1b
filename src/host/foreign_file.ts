/**
 * Reads a file of somebody else, who may be hostile and may change what stands there at any moment. So nothing is asked of a name: one
 * open(2) with flags that keep it from waiting and from following a link, and every question after that goes to the open file.
 *
 * In a file of its own, because it takes node:fs (Deno.open has no such flags) and that is most of what a quick verb costs.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { readFileError } from "./file_error.ts";
import type { ForeignFile, ForeignFileRules } from "./system.ts";

/** A FIFO or a lease would keep open(2) waiting, a terminal would become ppm's own; close-on-exec is set in any case. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** What the owner of a file can bring about, by the name of the errno(3) that says so. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "cannot be read by others"],
  ["EPERM", "cannot be read by others"],
  ["ELOOP", "is a symbolic link"],
  ["ENXIO", "is not a regular file"], // a socket
  ["EAGAIN", "is held by its owner (a lease)"],
  ["EWOULDBLOCK", "is held by its owner (a lease)"],
]);

/** See {@linkcode ReadSystem.readForeign}. Throws {@linkcode UserError} for what its owner cannot bring about: what cannot be read is not nothing. */
export function readForeign(path: string, rules: ForeignFileRules): ForeignFile {
  try {
    // With any permission less than all, Deno itself follows links before it opens, whatever the flags say.
    if (Deno.lstatSync(path).isSymlink) return { kind: "refused", why: "is a symbolic link" };
    const file = openSync(path, FLAGS);
    try {
      return readOpen(file, rules);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
    const why = REFUSALS.get(code);
    if (why === undefined) throw readFileError(path, error);
    return { kind: "refused", why };
  }
}

function readOpen(file: number, { owner, maxBytes }: ForeignFileRules): ForeignFile {
  const stat = fstatSync(file);
  if (!stat.isFile()) return { kind: "refused", why: "is not a regular file" };
  if (stat.uid !== owner) return { kind: "refused", why: "belongs to somebody else" };
  if ((stat.mode & 0o004) === 0) return { kind: "refused", why: "cannot be read by others" }; // what root can read, others cannot
  // A second name may be anywhere, also where its owner's rights ended since.
  if (stat.nlink !== 1) return { kind: "refused", why: "has another name elsewhere (a hard link)" };
  if (stat.size > maxBytes) return { kind: "refused", why: `has more than ${maxBytes} bytes` };
  const buffer = new Uint8Array(stat.size + 1);
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(file, buffer, filled, buffer.length - filled, filled);
    if (count === 0) return { kind: "content", content: buffer.subarray(0, filled) };
    filled += count;
  }
  return { kind: "refused", why: "grows while it is read" };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
