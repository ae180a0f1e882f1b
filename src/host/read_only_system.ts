/** A system that can be looked at and not changed: what `--dry-run`, `diff` and `status` are given. */
import type {
  Answer,
  FileStat,
  ForeignFile,
  ForeignFileRules,
  Invocation,
  Kept,
  Question,
  ReadSystem,
  RunResult,
  RunWatch,
  User,
} from "./system.ts";

/** Everything a {@linkcode ReadSystem} can do, over another system; invocations that change something are bugs. */
export class ReadOnlySystem implements ReadSystem {
  readonly #system: ReadSystem;

  constructor(system: ReadSystem) {
    this.#system = system;
  }

  get user(): User {
    return this.#system.user;
  }

  get hostname(): string {
    return this.#system.hostname;
  }

  lstat(path: string): FileStat | undefined {
    return this.#system.lstat(path);
  }

  readFile(path: string): Uint8Array | undefined {
    return this.#system.readFile(path);
  }

  readForeign(path: string, rules: ForeignFileRules): Promise<ForeignFile> {
    return this.#system.readForeign(path, rules);
  }

  readLink(path: string): string | undefined {
    return this.#system.readLink(path);
  }

  readDirectory(path: string): readonly string[] | undefined {
    return this.#system.readDirectory(path);
  }

  userIds(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#system.userIds(names);
  }

  which(program: string): string | undefined {
    return this.#system.which(program);
  }

  environment(name: string): string | undefined {
    return this.#system.environment(name);
  }

  run(invocation: Invocation, watch?: RunWatch): Promise<RunResult> {
    if (invocation.changes) throw new Error(`A read-only system was asked to run ${invocation.program}`);
    return this.#system.run(invocation, watch);
  }

  probe(question: Question, timeoutMs: number): Promise<Answer> {
    return this.#system.probe(question, timeoutMs);
  }

  makeScratch(): string {
    return this.#system.makeScratch();
  }

  writeScratch(path: string, content: Uint8Array | string, mode?: number): void {
    this.#system.writeScratch(path, content, mode);
  }

  removeScratch(path: string): void {
    this.#system.removeScratch(path);
  }

  confine(kept: Kept): void {
    this.#system.confine(kept);
  }
}
