/** Collects what is found in one case after the other, each thing once. */
import { byPosition } from "../config/problems.ts";
import type { Source } from "../definition/definition.ts";
import { formatProblem, type Problem } from "../errors.ts";
import type { Case } from "./cases.ts";
import { lineOf } from "./locate.ts";
import type { LintReport } from "./report.ts";

/** Where problems were found. */
export interface FoundIn {
  readonly tried: Case;
  readonly source: Source;
}

/** A growing report. */
export class Findings {
  readonly #errors = new Map<string, Problem>();
  readonly #notes = new Map<string, Problem>();
  readonly #unverified = new Set<string>();

  constructor(problems: readonly Problem[]) {
    for (const problem of problems) this.#errors.set(formatProblem(problem), problem);
  }

  /**
   * Takes over the problems of a case; those of a later one say which, unless they are known. A later one that the definition itself throws
   * is a note: it says that it does not take these values.
   */
  add(problems: readonly Problem[], { tried: { label }, source }: FoundIn): void {
    for (const problem of problems) {
      const key = formatProblem(problem);
      if (this.#errors.has(key)) continue;
      if (label === undefined) this.#errors.set(key, problem);
      else if (isThrown(problem, source)) {
        this.#notes.set(key, {
          ...problem,
          message: `The definition refuses to be rendered ${label}: ${problem.message}`,
        });
      } else if (!this.#notes.has(key)) {
        this.#errors.set(key, { ...problem, message: `${problem.message} (${label})` });
      }
    }
  }

  note(notes: readonly Problem[]): void {
    for (const note of notes) this.#notes.set(formatProblem(note), note);
  }

  /** Notes that something was not looked at, and why. */
  leave(what: string): void {
    this.#unverified.add(what);
  }

  /** Returns everything found, in the order of file and position. */
  report(samples: LintReport["samples"]): LintReport {
    return {
      errors: [...this.#errors.values()].sort(byPosition),
      notes: [...this.#notes.values()].sort(byPosition),
      unverified: [...this.#unverified],
      samples,
    };
  }
}

/** Whether the problem points at a `throw` of the definition's own. */
function isThrown({ file, line }: Problem, source: Source): boolean {
  return line !== undefined && /\bthrow\b/.test(lineOf(source, file, line) ?? "");
}
