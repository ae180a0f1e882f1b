/**
 * The one door to the machine: every file that is read or written and every program that is run goes through a {@linkcode System}.
 *
 * There is a real one (`real_system.ts`), and a read-only one over any other (`read_only_system.ts`), which is all that code that
 * merely looks is given. File operations are synchronous: they cost nothing at start-up, and a test that kills ppm at the
 * n-th system call needs a fixed order of them.
 */

/** The Linux user that ppm runs as, from the user database and not from the environment. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** The home directory, absolute. */
  readonly home: string;
  /** `/run/user/UID`, where this user's systemd listens. */
  readonly runtimedirectory: string;
}

/** What lstat(2) says of one directory entry, as far as ppm asks. */
export interface FileStat {
  readonly kind: "file" | "directory" | "link" | "other";
  /** Permission bits, for instance 0o644. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  /** Time of the last modification, milliseconds since the epoch. */
  readonly modifiedMs: number;
  readonly inode: number;
  readonly device: number;
  readonly uid: number;
  readonly gid: number;
}

/** A program to run: a value, made by pure functions, so that it can be shown before it is run. */
export interface Invocation {
  /** A bare name that is looked up in the path, or an absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** Whether running it can change anything. A read-only system refuses such invocations. */
  readonly changes: boolean;
  /** Variables beside the small, named environment that every program gets. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  readonly stdin?: string | Uint8Array;
  /** How long it may take before it is ended; Infinity: as long as it likes. @default {60_000} */
  readonly timeoutMs?: number;
  /** Exit codes that are no error. @default {[0]} */
  readonly accept?: readonly number[];
  /** Bytes of output that are kept, of stdout and stderr each; more is an error. @default {64 MiB} */
  readonly maxOutputBytes?: number;
  /** Lets the output go to the terminal as it comes (`journalctl -f`); nothing is captured then. @default {false} */
  readonly inherit?: boolean;
  /**
   * The program stands behind a keeper (`user_namespace.ts`), which a signal does not get past: its standard input is a pipe that is held
   * open until the end. A line on it asks the program to end, its end kills the program; so does the end of ppm. @default {false}
   */
  readonly keeper?: boolean;
}

/** Follows a program while it runs. */
export interface RunWatch {
  /** Is told the process id once the program runs. */
  onStart?(pid: number): void;
  /**
   * Is given standard output line by line, without what ends a line; nothing of it is kept then, and of standard error only the end.
   * A line of more than 1 MiB is an error. What this throws ends the program and is thrown by `run`.
   */
  onLine?(line: string): void;
  /** What ends a line. @default {"\n"} */
  readonly separator?: "\n" | "\0";
  /** Ends the program when it is aborted: asked to by SIGINT, killed 5 s later. `run` throws a ProgramError of the kind "aborted" then. */
  readonly signal?: AbortSignal;
}

/** A question to a server on this machine's loopback. */
export type Question =
  | {
    readonly kind: "http";
    /** A loopback address, without brackets: `127.0.0.1` or `::1`. */
    readonly host: string;
    readonly port: number;
    /** Begins with a slash. */
    readonly path: string;
    /** The status that says "well". */
    readonly status: number;
    /** What the body must contain; null: nothing in particular. */
    readonly text: string | null;
  }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** What came of a {@linkcode Question}. */
export interface Answer {
  readonly well: boolean;
  /** For people, as a predicate: `answers with 503, not 200`. */
  readonly words: string;
}

/** How a program ended. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The same as `stdout`, undecoded, for programs that answer with file contents. */
  readonly stdoutBytes: Uint8Array;
}

/** An exclusive lock on a file (flock(2)), freed by `release` or by the end of the process, however it ends. */
export interface FileLock {
  release(): void;
}

/**
 * Everything ppm can learn without changing anything. Absolute paths throughout. Nothing stands where the kernel says ENOENT or ENOTDIR;
 * any other failure throws {@linkcode UserError}.
 */
export interface ReadSystem {
  readonly user: User;
  readonly hostname: string;
  /** Returns what stands at `path`, not following a link in its last component; undefined only where nothing does. */
  lstat(path: string): FileStat | undefined;
  /** Returns a file's content; undefined only where nothing stands there. */
  readFile(path: string): Uint8Array | undefined;
  /**
   * Reads a file in a directory where somebody who may be hostile writes: never waits, follows no link, opens no device, and takes no
   * more than `maxBytes`. What its owner can bring about is no error, but the answer.
   */
  readForeign(path: string, rules: ForeignFileRules): Promise<ForeignFile>;
  /** Returns a link's target as it is written; undefined where nothing stands there. */
  readLink(path: string): string | undefined;
  /** Returns the names in a directory, sorted by code unit; undefined only where nothing stands there. */
  readDirectory(path: string): readonly string[] | undefined;
  /** Returns the uid of each of `names` that is a user of this machine, from the user database. */
  userIds(names: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Returns the absolute path of a program, or undefined where this machine does not have it. */
  which(program: string): string | undefined;
  /** Returns a variable of ppm's own environment, one of those that docs/permissions.md names. */
  environment(name: string): string | undefined;
  /** Runs a program to its end. Throws {@linkcode ProgramError} for an exit code that was not accepted, for a time-out and for a missing program. */
  run(invocation: Invocation, watch?: RunWatch): Promise<RunResult>;
  /** Asks a server on loopback, directly: no proxy, no redirect. What goes wrong, the time limit included, is an answer that is not well. */
  probe(question: Question, timeoutMs: number): Promise<Answer>;
  /** Makes an empty directory for this process alone, outside the home directory, mode 0700; the caller removes it with `removeScratch`. */
  makeScratch(): string;
  /** Writes a file below a directory that `makeScratch` returned, directories above it included. */
  writeScratch(path: string, content: Uint8Array | string, mode?: number): void;
  /** Removes a directory that `makeScratch` returned, with everything in it. */
  removeScratch(path: string): void;
  /** Gives up, until this process ends, every permission but to read and what `kept` names. */
  confine(kept: Kept): void;
}

/** What a process keeps of its permissions, beside reading, when it is about to look at what strangers wrote. */
export interface Kept {
  /** Programs that may still be run; ppm itself, which is the sandbox for templates, may in any case. */
  readonly programs: readonly string[];
  /** Whether it may still write: into scratch directories. */
  readonly writes: boolean;
}

/** What came of reading a file that belongs to somebody else. */
export type ForeignFile =
  | { readonly kind: "content"; readonly content: Uint8Array }
  /** Nothing stands there. */
  | { readonly kind: "absent" }
  /** `why` says what is wrong with it, as a predicate: `is a symbolic link`. */
  | { readonly kind: "refused"; readonly why: string };

/** What a file of somebody else must be to be read. */
export interface ForeignFileRules {
  /** The uid that it must belong to. */
  readonly owner: number;
  readonly maxBytes: number;
}

/** A file of a tree that is written as a whole. */
export interface TreeFile {
  /** Relative to the tree, with slashes. */
  readonly path: string;
  readonly content: Uint8Array | string;
  /** An absolute path at which the same content already lies: then both names get the same file (link(2)), where that can be. */
  readonly twin?: string;
}

/** Everything ppm can do to the machine. */
export interface System extends ReadSystem {
  /** Makes `path` hold `content` with exactly `mode`, wholly or not at all: written beside, fsync, rename, fsync of the directory. */
  writeFile(path: string, content: Uint8Array | string, mode: number): void;
  /** Makes one directory with exactly `mode`; its parent must stand. No error if a directory stands there already. */
  makeDirectory(path: string, mode: number): void;
  setMode(path: string, mode: number): void;
  /** Gives what stands at `path` the times of now (utimes(2)): whoever watches its directory hears of it, which nothing below `path` would bring about. */
  touch(path: string): void;
  /**
   * Makes a directory with everything in it appear at once: written beside, brought to the disk, renamed. Directories get 0700 and
   * files 0600. What stands at `path` is replaced.
   */
  writeTree(path: string, files: readonly TreeFile[]): void;
  /** Removes a file or a link; no error if nothing stands there. */
  removeFile(path: string): void;
  /** Removes a directory if it is empty; says whether it is gone. */
  removeEmptyDirectory(path: string): boolean;
  /** Removes a tree without following links; no error if nothing stands there. */
  removeTree(path: string): void;
  /** rename(2), then fsync of both directories. */
  rename(from: string, to: string): void;
  /** The same, refused with a {@linkcode UserError} where anything stands at `to`: rename(2) itself replaces an empty directory. */
  renameToNew(from: string, to: string): void;
  /** Takes the lock on `path` if it is free; undefined if somebody holds it. The file holds `note` from then on, for whoever waits. */
  tryLock(path: string, note: string): FileLock | undefined;
}
