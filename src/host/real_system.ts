/** The real machine. */
import { UserError } from "../errors.ts";
import { readFileError, writeError } from "./file_error.ts";
import { findProgram, runProgram } from "./programs.ts";
import type { FileLock, FileStat, Invocation, RunResult, System, TreeFile, User } from "./system.ts";
import { lookUpUser } from "./user.ts";

/** What a real system can be told. */
export interface RealSystemOptions {
  /** Called with each invocation before it runs (`-v`). */
  readonly onRun?: (invocation: Invocation) => void;
}

/** The suffix of files that are being written. One fixed name per file, so that the next run finds what a killed one left. */
export function temporaryPath(path: string): string {
  const at = path.lastIndexOf("/") + 1;
  return `${path.slice(0, at)}.${path.slice(at)}.ppm-new`;
}

/** A {@linkcode System} over this machine, as the user that the process runs as. */
export class RealSystem implements System {
  readonly user: User = lookUpUser();
  readonly #onRun: ((invocation: Invocation) => void) | undefined;
  readonly #scratch = new Set<string>();

  constructor(options: RealSystemOptions = {}) {
    this.#onRun = options.onRun;
  }

  get hostname(): string {
    return Deno.hostname();
  }

  lstat(path: string): FileStat | undefined {
    const info = unlessAbsent(path, () => Deno.lstatSync(path));
    return info === undefined ? undefined : toFileStat(info);
  }

  readFile(path: string): Uint8Array | undefined {
    return unlessAbsent(path, () => {
      // Opening a FIFO would wait for its writer for ever.
      if (!Deno.statSync(path).isFile) throw new UserError(`Cannot read ${path}: it is not a regular file`);
      return Deno.readFileSync(path);
    });
  }

  readLink(path: string): string | undefined {
    return unlessAbsent(path, () => Deno.readLinkSync(path));
  }

  readDirectory(path: string): readonly string[] | undefined {
    return unlessAbsent(path, () => Array.from(Deno.readDirSync(path), (entry) => entry.name).sort());
  }

  which(program: string): string | undefined {
    return findProgram(program);
  }

  run(invocation: Invocation): Promise<RunResult> {
    this.#onRun?.(invocation);
    return runProgram(invocation, this.user);
  }

  makeScratch(): string {
    const path = Deno.makeTempDirSync({ prefix: "ppm-" });
    this.#scratch.add(path);
    return path;
  }

  writeScratch(path: string, content: Uint8Array | string, mode = 0o600): void {
    if (!this.#scratch.values().some((scratch) => path.startsWith(`${scratch}/`))) {
      throw new Error(`${path} is not in a scratch directory`);
    }
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeFileSync(path, toBytes(content));
    Deno.chmodSync(path, mode);
  }

  removeScratch(path: string): void {
    if (this.#scratch.delete(path)) Deno.removeSync(path, { recursive: true });
  }

  writeFile(path: string, content: Uint8Array | string, mode: number): void {
    const temporary = temporaryPath(path);
    attempt("write", path, () => {
      removeIfThere(temporary);
      try {
        writeNew(temporary, toBytes(content), mode);
        Deno.renameSync(temporary, path);
      } catch (error) {
        removeIfThere(temporary);
        throw error;
      }
      syncDirectory(parent(path));
    });
  }

  makeDirectory(path: string, mode: number): void {
    attempt("make the directory", path, () => {
      try {
        Deno.mkdirSync(path);
      } catch (error) {
        if (error instanceof Deno.errors.AlreadyExists && Deno.lstatSync(path).isDirectory) return;
        throw error;
      }
      Deno.chmodSync(path, mode); // what mkdir was asked for is masked by the umask
      syncDirectory(parent(path));
    });
  }

  setMode(path: string, mode: number): void {
    attempt("set the mode of", path, () => Deno.chmodSync(path, mode));
  }

  writeTree(path: string, files: readonly TreeFile[]): void {
    const temporary = temporaryPath(path);
    attempt("write", path, () => {
      removeTreeIfThere(temporary);
      Deno.mkdirSync(temporary, { mode: 0o700 });
      for (const file of files) addToTree(temporary, file);
      for (const directory of new Set(files.flatMap((file) => directoriesOf(temporary, file.path)))) {
        syncDirectory(directory);
      }
      syncDirectory(temporary);
      removeTreeIfThere(path);
      Deno.renameSync(temporary, path);
      syncDirectory(parent(path));
    });
  }

  removeFile(path: string): void {
    attempt("remove", path, () => {
      removeIfThere(path);
      syncDirectory(parent(path));
    });
  }

  removeEmptyDirectory(path: string): boolean {
    return attempt("remove", path, () => {
      try {
        Deno.removeSync(path);
        return true;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return true;
        if (isNotEmpty(error)) return false;
        throw error;
      }
    });
  }

  removeTree(path: string): void {
    attempt("remove", path, () => removeTreeIfThere(path));
  }

  rename(from: string, to: string): void {
    attempt("rename", from, () => {
      Deno.renameSync(from, to);
      syncDirectory(parent(from));
      if (parent(to) !== parent(from)) syncDirectory(parent(to));
    });
  }

  tryLock(path: string, note: string): FileLock | undefined {
    return attempt("lock", path, () => {
      const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
      // Whoever held it may have removed the file meanwhile: a lock on a file without a name keeps nobody out.
      if (!file.tryLockSync(true) || this.lstat(path)?.inode !== file.statSync().ino) {
        file.close();
        return undefined;
      }
      file.truncateSync(0);
      writeAll(file, new TextEncoder().encode(note));
      return { release: () => file.close() };
    });
  }
}

function toFileStat(info: Deno.FileInfo): FileStat {
  return {
    kind: info.isFile ? "file" : info.isDirectory ? "directory" : info.isSymlink ? "link" : "other",
    mode: (info.mode ?? 0) & 0o7777,
    size: info.size,
    modifiedMs: info.mtime?.getTime() ?? 0,
    inode: info.ino ?? 0,
    device: info.dev,
    uid: info.uid ?? -1,
    gid: info.gid ?? -1,
  };
}

function toBytes(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** Writes a file that does not exist yet and brings it to the disk. */
function writeNew(path: string, content: Uint8Array, mode: number): void {
  const file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
  try {
    writeAll(file, content);
    Deno.chmodSync(path, mode); // the mode at open is masked by the umask
    file.syncSync();
  } finally {
    file.close();
  }
}

function writeAll(file: Deno.FsFile, content: Uint8Array): void {
  for (let written = 0; written < content.length;) written += file.writeSync(content.subarray(written));
}

/** Makes names that were made, renamed or removed in a directory survive a power cut. */
function syncDirectory(path: string): void {
  const directory = Deno.openSync(path, { read: true });
  try {
    directory.syncSync();
  } finally {
    directory.close();
  }
}

/** Adds a file to a tree that nobody sees yet, as a second name of its twin if that can be. */
function addToTree(tree: string, file: TreeFile): void {
  const path = `${tree}/${file.path}`;
  Deno.mkdirSync(parent(path), { recursive: true, mode: 0o700 });
  if (file.twin !== undefined && tryLink(file.twin, path)) return;
  writeNew(path, toBytes(file.content), 0o600);
}

function tryLink(from: string, to: string): boolean {
  try {
    Deno.linkSync(from, to);
    return true;
  } catch {
    return false; // gone, another file system, or one without links: a copy serves as well
  }
}

/** The directories between `root` and the file at `path` below it. */
function directoriesOf(root: string, path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => [root, ...parts.slice(0, at + 1)].join("/"));
}

function removeTreeIfThere(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function isNotEmpty(error: unknown): boolean {
  return error instanceof Error && error.message.includes("(os error 39)");
}

/** Nothing can stand below something that is no directory, so ENOTDIR says the same as ENOENT. */
function unlessAbsent<T>(path: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error instanceof UserError ? error : readFileError(path, error);
  }
}

function attempt<T>(verb: string, path: string, effect: () => T): T {
  try {
    return effect();
  } catch (error) {
    throw error instanceof UserError ? error : writeError(verb, path, error);
  }
}
