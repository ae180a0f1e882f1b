/** The real machine. */
import { UserError } from "../errors.ts";
import { readFileError, writeError } from "./file_error.ts";
import { readForeign } from "./foreign_file.ts";
import { confine } from "./confine.ts";
import { findProgram, runProgram } from "./programs.ts";
import {
  parent,
  removeIfThere,
  removeTreeIfThere,
  replaceFile,
  replaceTree,
  syncDirectory,
  writeAll,
} from "./durable_file.ts";
import type {
  Answer,
  FileLock,
  FileStat,
  ForeignFile,
  ForeignFileRules,
  Invocation,
  Kept,
  Question,
  RunResult,
  RunWatch,
  System,
  TreeFile,
  User,
} from "./system.ts";
import { lookUpUser } from "./user.ts";

/** What a real system can be told. */
export interface RealSystemOptions {
  /** Called with each invocation before it runs (`-v`). */
  readonly onRun?: (invocation: Invocation) => void;
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

  readForeign(path: string, rules: ForeignFileRules): Promise<ForeignFile> {
    return readForeign(path, rules);
  }

  readLink(path: string): string | undefined {
    return unlessAbsent(path, () => Deno.readLinkSync(path));
  }

  readDirectory(path: string): readonly string[] | undefined {
    return unlessAbsent(path, () => Array.from(Deno.readDirSync(path), (entry) => entry.name).sort());
  }

  async userIds(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { lookUpUserIds } = await import("./user_ids.ts");
    return await lookUpUserIds(this, names);
  }

  which(program: string): string | undefined {
    return findProgram(program);
  }

  environment(name: string): string | undefined {
    return Deno.env.get(name);
  }

  run(invocation: Invocation, watch?: RunWatch): Promise<RunResult> {
    this.#onRun?.(invocation);
    return runProgram(invocation, this.user, watch);
  }

  async probe(question: Question, timeoutMs: number): Promise<Answer> {
    const { probe } = await import("./probe.ts"); // few verbs ask, and the others start faster without it
    return await probe(question, timeoutMs);
  }

  makeScratch(): string {
    const path = attempt(
      "make a directory in",
      "$TMPDIR or /tmp",
      () => Deno.makeTempDirSync({ prefix: "ppm-" }),
    );
    this.#scratch.add(path);
    Deno.chmodSync(path, 0o700); // a umask may have masked the owner's own bits
    return path;
  }

  writeScratch(path: string, content: Uint8Array | string, mode = 0o600): void {
    if (!this.#scratch.values().some((scratch) => path.startsWith(`${scratch}/`))) {
      throw new Error(`${path} is not in a scratch directory`);
    }
    attempt("write", path, () => {
      Deno.mkdirSync(parent(path), { recursive: true });
      Deno.writeFileSync(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
      Deno.chmodSync(path, mode);
    });
  }

  removeScratch(path: string): void {
    if (this.#scratch.delete(path)) this.removeTree(path);
  }

  confine(kept: Kept): void {
    confine(kept);
  }

  writeFile(path: string, content: Uint8Array | string, mode: number): void {
    attempt("write", path, () => replaceFile(path, content, mode));
  }

  makeDirectory(path: string, mode: number): void {
    attempt("make the directory", path, () => {
      try {
        Deno.mkdirSync(path, { mode }); // never wider than that, whenever a kill comes
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

  touch(path: string): void {
    const now = new Date();
    attempt("set the times of", path, () => Deno.utimeSync(path, now, now));
  }

  writeTree(path: string, files: readonly TreeFile[]): void {
    attempt("write", path, () => replaceTree(path, files));
  }

  removeFile(path: string): void {
    attempt("remove", path, () => {
      if (removeIfThere(path)) syncDirectory(parent(path));
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

  renameToNew(from: string, to: string): void {
    if (this.lstat(to) !== undefined) {
      throw new UserError(`Cannot rename ${from} to ${to}: something stands there already`);
    }
    this.rename(from, to);
  }

  tryLock(path: string, note: string): FileLock | undefined {
    return attempt("lock", path, () => {
      const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
      // Whoever held it may have removed the file meanwhile: a lock on a file without a name keeps nobody out.
      const locked = file.tryLockSync(true);
      const named = this.lstat(path);
      if (named?.kind === "link") {
        file.close();
        throw new UserError(`Cannot lock ${path}: it is a symbolic link`, {
          hint: "Move it out of the way, then run the same command again",
        });
      }
      if (!locked || named?.inode !== file.statSync().ino) {
        file.close();
        return undefined;
      }
      noteHolder(file, note);
      return { release: () => file.close() };
    });
  }
}

/** A full disk must not keep anybody from locking: what is to be finished then needs no room. */
function noteHolder(file: Deno.FsFile, note: string): void {
  try {
    file.truncateSync(0);
    writeAll(file, new TextEncoder().encode(note));
  } catch {
    // Whoever waits is told of "another ppm".
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
