/** Walks a tree with find(1), in constant memory, inside the user namespace where that is needed. */
import { UserError } from "../errors.ts";
import type { TreeEntry } from "./restic/messages.ts";
import type { Invocation, ReadSystem } from "./system.ts";
import { unshared } from "./user_namespace.ts";

/** One entry, and whether it can be read: of a directory, whether what is in it can be. Links are always readable. */
export interface ScannedEntry extends TreeEntry {
  readonly readable: boolean;
}

export interface ScanOptions {
  /** Whether to look from inside `podman unshare`; owners are those of the containers then. */
  readonly unshare: boolean;
  readonly signal?: AbortSignal;
}

/** type, mode, size, uid, gid, path below the tree; each entry ends with NUL, which no name can hold. */
const FIELDS = "%y %m %s %U %G %P\\0";

/**
 * Gives every entry below `path` (absolute) to `onEntry`, directories before what is in them, otherwise in no order; the tree's top itself
 * is not given. Links are not followed; other file systems are entered, as restic does. What goes away meanwhile is left out. Returns the
 * directories that could not be listed, relative to `path`, `.` for the top. Throws {@linkcode UserError} if nothing stands at `path` and
 * for what the file system cannot read.
 */
export async function scanTree(
  system: ReadSystem,
  path: string,
  options: ScanOptions,
  onEntry: (entry: ScannedEntry) => void,
): Promise<{ readonly unlistable: readonly string[] }> {
  const unlistable: string[] = [];
  let top = false;
  const { stderr } = await system.run(options.unshare ? unshared(find(path)) : find(path), {
    separator: "\0",
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onLine: (line) => {
      const entry = parseEntry(line);
      if (entry.kind === "directory" && !entry.readable) unlistable.push(entry.path || ".");
      if (entry.path === "") top = true;
      else onEntry(entry);
    },
  });
  const complaint = stderr.split("\n").find((line) => line.startsWith("find: ") && !isExplained(line));
  if (complaint !== undefined) throw new UserError(`Cannot look through ${path}: ${complaint.slice(6)}`);
  if (!top) throw new UserError(`Cannot look through ${path}: it does not exist, or cannot be reached`);
  return { unlistable };
}

/** The invocation: a digit before each entry says whether it is readable. */
function find(path: string): Invocation {
  const readable = [
    "(",
    "-type",
    "d",
    "-readable",
    "-executable",
    "-o",
    "!",
    "-type",
    "d",
    "-readable",
    "-o",
    "-type",
    "l",
    ")",
  ];
  return {
    program: "find",
    args: ["-P", path, ...readable, "-printf", `1 ${FIELDS}`, "-o", "-printf", `0 ${FIELDS}`],
    changes: false,
    accept: [0, 1], // 1: something could not be read, which the entries themselves say
    timeoutMs: Infinity,
  };
}

/** A directory that may not be listed was reported as an entry; what has gone away since it was listed is no fault. */
function isExplained(line: string): boolean {
  return line.endsWith(": Permission denied") || line.endsWith(": No such file or directory");
}

const ENTRY = /^([01]) (.) ([0-7]+) (\d+) (\d+) (\d+) (.*)$/s;

function parseEntry(line: string): ScannedEntry {
  const [, readable, type, mode = "0", size, uid, gid, path = ""] = ENTRY.exec(line) ?? unreadable(line);
  const kind = kindOf(type);
  return {
    path,
    kind,
    size: kind === "file" ? Number(size) : 0,
    mode: kind === "link" ? 0 : Number.parseInt(mode, 8),
    uid: Number(uid),
    gid: Number(gid),
    readable: readable === "1",
  };
}

function kindOf(type: string | undefined): TreeEntry["kind"] {
  switch (type) {
    case "f":
      return "file";
    case "d":
      return "directory";
    case "l":
      return "link";
    default:
      return "other";
  }
}

function unreadable(line: string): never {
  throw new UserError(`Cannot understand find: it printed ${JSON.stringify(line.slice(0, 80))}`);
}
