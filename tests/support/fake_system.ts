/** A machine in memory: files in a map, programs as functions. Whatever a test has not scripted fails loudly. */
import { UserError } from "../../src/errors.ts";
import { ProgramError } from "../../src/host/program_error.ts";
import type {
  Answer as ProbeAnswer,
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
} from "../../src/host/system.ts";

type Entry =
  | { kind: "file"; content: Uint8Array; mode: number; modifiedMs: number; inode: number }
  | { kind: "directory"; mode: number; modifiedMs: number; inode: number }
  | { kind: "link"; target: string; modifiedMs: number; inode: number };

/** What a program prints and how it ends; the parts that are left out are empty and 0. */
export interface Answer {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** A program: answers its arguments. */
export type FakeProgram = (args: readonly string[], invocation: Invocation) => Answer | Promise<Answer>;

export const FAKE_USER: User = {
  name: "app",
  uid: 1000,
  gid: 1000,
  home: "/home/app",
  runtimedirectory: "/run/user/1000",
};

export class FakeSystem implements System {
  readonly user: User;
  readonly hostname = "server";
  /** Every invocation so far. */
  readonly invocations: Invocation[] = [];
  /** Called before each invocation runs, as the real machine does for `-v`. */
  onRun: (invocation: Invocation) => void = () => {};
  /** What files that are written now get as their modification time. */
  nowMs = 1_000_000;
  /** What a server on loopback answers; a test sets it where something may be asked. */
  server: (question: Question, timeoutMs: number) => ProbeAnswer | Promise<ProbeAnswer> = ({ kind }) => {
    throw new Error(`No server answers ${kind}`);
  };
  /** Every question to a server so far. */
  readonly questions: Question[] = [];
  /** Whose paths are by uid that are not this user's. */
  readonly owners = new Map<string, number>();
  /** The users of this machine beside root and this one, by name. */
  readonly users = new Map<string, number>();
  /** What is wrong with files of others, by path. */
  readonly refusals = new Map<string, string>();
  /** ppm's own environment. */
  readonly variables: Record<string, string> = {};
  /** What is left of the permissions; undefined: all. */
  kept: Kept | undefined;
  /** Every path that was touched, in order. */
  readonly touched: string[] = [];
  readonly #entries = new Map<string, Entry>();
  readonly #programs = new Map<string, FakeProgram>();
  readonly #locks = new Set<string>();
  #inode = 0;

  /** `files` by absolute path, with mode 0644; directories above them appear. The home directory stands, and a lingering systemd listens. */
  constructor(options: { files?: Record<string, string>; user?: User } = {}) {
    this.user = options.user ?? FAKE_USER;
    this.#addDirectories(`${this.user.home}/x`);
    const files = {
      [`${this.user.runtimedirectory}/systemd/private`]: "",
      [`/var/lib/systemd/linger/${this.user.name}`]: "",
      ...options.files,
    };
    for (const [path, content] of Object.entries(files)) this.addFile(path, content);
  }

  /** Puts a file there, directories above it included. */
  addFile(path: string, content: string | Uint8Array, mode = 0o644): void {
    this.#addDirectories(path);
    this.writeFile(path, content, mode);
  }

  addLink(path: string, target: string): void {
    this.#addDirectories(path);
    this.#entries.set(path, { kind: "link", target, ...this.#stamp() });
  }

  /** Says what `program` does. */
  program(program: string, answer: FakeProgram): this {
    this.#programs.set(program, answer);
    return this;
  }

  /** Every file and link with its content, to compare before and after. */
  get files(): Record<string, string> {
    const files = [...this.#entries].flatMap(([path, entry]) => {
      if (entry.kind === "directory") return [];
      return [[path, entry.kind === "file" ? new TextDecoder().decode(entry.content) : `→ ${entry.target}`]];
    });
    return Object.fromEntries(files.sort());
  }

  /** The invocations so far, as words. */
  get commands(): readonly string[] {
    return this.invocations.map(({ program, args }) => [program, ...args].join(" "));
  }

  lstat(path: string): FileStat | undefined {
    const entry = this.#entries.get(path);
    if (entry === undefined) return undefined;
    return {
      kind: entry.kind,
      mode: entry.kind === "link" ? 0o777 : entry.mode,
      size: entry.kind === "file" ? entry.content.length : 0,
      modifiedMs: entry.modifiedMs,
      inode: entry.inode,
      device: 1,
      uid: this.owners.get(path) ?? this.user.uid,
      gid: this.user.gid,
    };
  }

  readFile(path: string): Uint8Array | undefined {
    const entry = this.#entries.get(path);
    if (entry === undefined) return undefined;
    if (entry.kind === "link") return this.readFile(entry.target);
    if (entry.kind === "directory") throw new Error(`${path} is a directory`);
    return entry.content;
  }

  readForeign(path: string, { owner, maxBytes }: ForeignFileRules): Promise<ForeignFile> {
    const stat = this.lstat(path);
    if (stat === undefined) return Promise.resolve({ kind: "absent" });
    const why = this.refusals.get(path) ??
      (stat.kind !== "file"
        ? "is not a regular file"
        : stat.uid !== owner
        ? "belongs to somebody else"
        : stat.size > maxBytes
        ? `has more than ${maxBytes} bytes`
        : undefined);
    if (why !== undefined) return Promise.resolve({ kind: "refused", why });
    return Promise.resolve({ kind: "content", content: this.readFile(path) ?? new Uint8Array() });
  }

  readLink(path: string): string | undefined {
    const entry = this.#entries.get(path);
    return entry?.kind === "link" ? entry.target : undefined;
  }

  readDirectory(path: string): readonly string[] | undefined {
    if (this.#entries.get(path)?.kind !== "directory") return undefined;
    return [...this.#entries.keys()].filter((each) => parent(each) === path && each !== path)
      .map((each) => each.slice(each.lastIndexOf("/") + 1)).sort();
  }

  userIds(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const known = new Map([["root", 0], [this.user.name, this.user.uid], ...this.users]);
    return Promise.resolve(new Map([...known].filter(([name]) => names.includes(name))));
  }

  which(program: string): string | undefined {
    return this.#programs.has(program) ? `/usr/bin/${program}` : undefined;
  }

  environment(name: string): string | undefined {
    return this.variables[name];
  }

  async run(asked: Invocation, watch: RunWatch = {}): Promise<RunResult> {
    const invocation = withoutNice(asked);
    this.onRun(invocation);
    this.invocations.push(invocation);
    const program = this.#programs.get(invocation.program);
    if (program === undefined) throw new ProgramError(invocation, { kind: "missing" });
    const { code = 0, stdout = "", stderr = "" } = await program(invocation.args, invocation);
    if (watch.signal?.aborted) throw new ProgramError(invocation, { kind: "aborted" }, { stderr });
    if (watch.onLine !== undefined) giveLines(stdout, watch);
    if (!(invocation.accept ?? [0]).includes(code)) {
      throw new ProgramError(invocation, { kind: "exit", code }, { stdout, stderr });
    }
    if (watch.onLine !== undefined) return { code, stdout: "", stderr, stdoutBytes: new Uint8Array() };
    return { code, stdout, stderr, stdoutBytes: new TextEncoder().encode(stdout) };
  }

  async probe(question: Question, timeoutMs: number): Promise<ProbeAnswer> {
    this.questions.push(question);
    return await this.server(question, timeoutMs);
  }

  makeScratch(): string {
    const path = `/tmp/ppm-${++this.#inode}`;
    this.#addDirectories(`${path}/x`);
    return path;
  }

  writeScratch(path: string, content: Uint8Array | string, mode = 0o600): void {
    this.addFile(path, content, mode);
  }

  removeScratch(path: string): void {
    this.removeTree(path);
  }

  confine(kept: Kept): void {
    this.kept = kept;
  }

  writeFile(path: string, content: Uint8Array | string, mode: number): void {
    this.#requireParent(path);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    this.#entries.set(path, { kind: "file", content: bytes, mode, ...this.#stamp() });
  }

  makeDirectory(path: string, mode: number): void {
    this.#requireParent(path);
    if (this.#entries.get(path)?.kind === "directory") return;
    this.#entries.set(path, { kind: "directory", mode, ...this.#stamp() });
  }

  writeTree(path: string, files: readonly TreeFile[]): void {
    this.#requireParent(path);
    this.removeTree(path);
    this.#addDirectories(`${path}/x`);
    for (const file of files) this.addFile(`${path}/${file.path}`, file.content, 0o600);
  }

  setMode(path: string, mode: number): void {
    const entry = this.#entries.get(path);
    if (entry === undefined || entry.kind === "link") throw new Error(`${path} has no mode to set`);
    entry.mode = mode;
  }

  touch(path: string): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw new Error(`${path} has no times to set`);
    entry.modifiedMs = this.nowMs;
    this.touched.push(path);
  }

  removeFile(path: string): void {
    if (this.#entries.get(path)?.kind === "directory") throw new Error(`${path} is a directory`);
    this.#entries.delete(path);
  }

  removeEmptyDirectory(path: string): boolean {
    if ((this.readDirectory(path) ?? []).length > 0) return false;
    this.#entries.delete(path);
    return true;
  }

  removeTree(path: string): void {
    for (const each of [...this.#entries.keys()]) {
      if (each === path || each.startsWith(`${path}/`)) this.#entries.delete(each);
    }
  }

  rename(from: string, to: string): void {
    this.#requireParent(to);
    for (const [path, entry] of [...this.#entries]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#entries.delete(path);
      this.#entries.set(`${to}${path.slice(from.length)}`, entry);
    }
  }

  renameToNew(from: string, to: string): void {
    if (this.#entries.has(to)) {
      throw new UserError(`Cannot rename ${from} to ${to}: something stands there already`);
    }
    this.rename(from, to);
  }

  tryLock(path: string, note: string): FileLock | undefined {
    if (this.#locks.has(path)) return undefined;
    this.#locks.add(path);
    this.addFile(path, note, 0o600);
    return { release: () => void this.#locks.delete(path) };
  }

  #stamp(): { modifiedMs: number; inode: number } {
    return { modifiedMs: this.nowMs, inode: ++this.#inode };
  }

  #addDirectories(path: string): void {
    const directory = parent(path);
    if (this.#entries.has(directory)) return;
    if (directory !== "/") this.#addDirectories(directory);
    this.#entries.set(directory, { kind: "directory", mode: 0o755, ...this.#stamp() });
  }

  #requireParent(path: string): void {
    if (this.#entries.get(parent(path))?.kind !== "directory") {
      throw new Error(`${parent(path)} is no directory`);
    }
  }
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function giveLines(stdout: string, watch: RunWatch): void {
  const lines = stdout.split(watch.separator ?? "\n");
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) watch.onLine?.(line);
}

/** nice(1) runs a program, and is nothing else to whoever looks at what was run. */
function withoutNice(invocation: Invocation): Invocation {
  if (invocation.program !== "nice") return invocation;
  const [, , program = "", ...args] = invocation.args;
  return { ...invocation, program, args };
}
