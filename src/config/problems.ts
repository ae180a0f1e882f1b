/** Collects what is wrong with the files that a person wrote, so that every problem is reported in one run. */
import { InvalidError, type Problem } from "../errors.ts";

/** A place in a file; lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A growing list of problems. */
export class Problems {
  readonly #problems: Problem[] = [];

  /** Notes that something is wrong in `file`, at `position` if one is known. */
  add(file: string, position: Position | undefined, message: string): void {
    this.#problems.push({ file, ...position, message });
  }

  /** Takes over problems that were found elsewhere. */
  addAll(problems: readonly Problem[]): void {
    this.#problems.push(...problems);
  }

  get count(): number {
    return this.#problems.length;
  }

  /** Everything found so far. */
  get all(): readonly Problem[] {
    return this.#problems;
  }

  /** Throws an {@linkcode InvalidError} with everything found, in the order of file and position; does nothing if there is nothing. */
  throwIfAny(options: { hint?: string } = {}): void {
    if (this.#problems.length > 0) throw new InvalidError(this.#problems.toSorted(byPosition), options);
  }
}

/** Compares by file, then by position. */
export function byPosition(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
