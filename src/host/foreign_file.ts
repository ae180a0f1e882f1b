/**
 * Reads a file of somebody else, who may be hostile and may change what stands there at any moment. So a name is looked at only to spare an
 * open(2) that would be refused anyhow, and every question that counts goes to the open file.
 */
import { readFileError } from "./file_error.ts";
import type { ForeignFile, ForeignFileRules } from "./system.ts";

/** A file that is open, whoever has opened it. */
export interface OpenFile extends Disposable {
  statSync(): Pick<Deno.FileInfo, "isFile" | "uid" | "mode" | "nlink" | "size">;
  readSync(buffer: Uint8Array): number | null;
}

/** What opens at once does so within microseconds. */
const PATIENCE_MS = 500;

/** What the owner of a file can bring about, by the name of the errno(3) that says so, or of Deno's error. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "cannot be read by others"],
  ["EPERM", "cannot be read by others"],
  ["ELOOP", "is a symbolic link"],
  ["NotCapable", "is a symbolic link"], // to where Deno lets nobody read; put there after the look
  ["ENXIO", "is not a regular file"], // a socket
  ["EAGAIN", "is held by its owner (a lease)"],
  ["EWOULDBLOCK", "is held by its owner (a lease)"],
]);

/** See {@linkcode ReadSystem.readForeign}. Throws {@linkcode UserError} for what its owner cannot bring about: what cannot be read is not nothing. */
export async function readForeign(path: string, rules: ForeignFileRules): Promise<ForeignFile> {
  try {
    // With any permission less than all, Deno itself follows links before it opens, whatever the flags say.
    const stat = Deno.lstatSync(path);
    if (stat.isSymlink) return { kind: "refused", why: "is a symbolic link" };
    if (!stat.isFile) return { kind: "refused", why: "is not a regular file" };
    using file = await openForeign(path);
    return readOpen(file, rules);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
    const why = REFUSALS.get(code);
    if (why === undefined) throw readFileError(path, error);
    return { kind: "refused", why };
  }
}

let kept = false;

/**
 * Opens a file that may become a FIFO, or be under a lease, in this very moment: Deno's own open would then wait for as long as its owner likes.
 * So it waits in a thread of its own, which ends with ppm; and from the first that keeps ppm waiting on, all are opened with flags that never do. These take
 * node:fs, which costs more to load than reading a thousand files.
 */
export async function openForeign(path: string): Promise<OpenFile> {
  if (!kept) {
    const opening = Deno.open(path);
    const file = await Promise.race([opening, outOfPatience()]);
    if (file !== undefined) return file;
    kept = true;
    opening.then((late) => late.close(), () => {});
  }
  const { openWithoutWaiting } = await import("./nonblocking_file.ts");
  return openWithoutWaiting(path);
}

let patience: Promise<undefined> | undefined;

/** One clock for all that is opened meanwhile: a thousand would take longer than the opening. Whoever comes late has less of it, and is then opened the careful way. */
function outOfPatience(): Promise<undefined> {
  return patience ??= new Promise((resolve) => {
    AbortSignal.timeout(PATIENCE_MS).addEventListener("abort", () => {
      patience = undefined;
      resolve(undefined);
    });
  });
}

function readOpen(file: OpenFile, { owner, maxBytes }: ForeignFileRules): ForeignFile {
  const stat = file.statSync();
  if (!stat.isFile) return { kind: "refused", why: "is not a regular file" };
  if (stat.uid !== owner) return { kind: "refused", why: "belongs to somebody else" };
  if (((stat.mode ?? 0) & 0o004) === 0) return { kind: "refused", why: "cannot be read by others" }; // what root can read, others cannot
  // A second name may be anywhere, also where its owner's rights ended since.
  if (stat.nlink !== 1) return { kind: "refused", why: "has another name elsewhere (a hard link)" };
  if (stat.size > maxBytes) return { kind: "refused", why: `has more than ${maxBytes} bytes` };
  const buffer = new Uint8Array(stat.size + 1);
  let filled = 0;
  while (filled < buffer.length) {
    const count = file.readSync(buffer.subarray(filled));
    if (count === null) return { kind: "content", content: buffer.subarray(0, filled) };
    filled += count;
  }
  return { kind: "refused", why: "grows while it is read" };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return "code" in error && error.code !== undefined ? String(error.code) : error.name;
}
