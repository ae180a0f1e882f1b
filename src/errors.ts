/**
 * The errors that people are meant to see, and the one table of exit codes.
 *
 * Everything thrown that is not a {@linkcode UserError} is a bug of ppm: `cli.ts` prints it with its stack and asks for a report.
 */

/** What each exit code means. An interface: once released, a number keeps its meaning. Shown by `ppm --help`. */
export const EXIT_CODES = [
  { code: 0, name: "done", meaning: "done" },
  { code: 1, name: "failed", meaning: "failed" },
  { code: 2, name: "usage", meaning: "wrong usage" },
  { code: 3, name: "amiss", meaning: "not as it should be (status, doctor, lint, diff --exit-code)" },
  { code: 4, name: "invalid", meaning: "config.yml or the definition is invalid" },
  { code: 5, name: "locked", meaning: "another ppm holds the lock" },
  { code: 6, name: "backup", meaning: "backup or restore failed" },
  { code: 7, name: "rolledBack", meaning: "upgrade failed and was rolled back" },
  { code: 8, name: "refused", meaning: "refused, because going on could lose data" },
  { code: 9, name: "widened", meaning: "an unattended upgrade wanted more than before" },
] as const;

/** The name of an exit code, as the source uses it. */
export type ExitName = (typeof EXIT_CODES)[number]["name"];

/** Returns the number that a process with the outcome `name` exits with. */
export function exitCode(name: ExitName): number {
  return EXIT_CODES.findIndex((row) => row.name === name);
}

/** What a {@linkcode UserError} can carry besides its message. */
export interface UserErrorOptions {
  /** How the process ends. @default {"failed"} */
  readonly exit?: ExitName;
  /** What to do now, ideally the next command, one sentence or several lines. */
  readonly hint?: string;
  /** The error that led here. */
  readonly cause?: unknown;
}

/** An error that is explained to the person at the terminal: one line, a hint, a known exit code, never a stack. */
export class UserError extends Error {
  readonly exit: ExitName;
  readonly hint: string | undefined;

  constructor(message: string, options: UserErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "UserError";
    this.exit = options.exit ?? "failed";
    this.hint = options.hint;
  }
}

/** One fault in a file that a person wrote. Lines and columns count from 1, as editors do. */
export interface Problem {
  /** The file as the person knows it: `config.yml`, `appinfo.yml`, `templates/web.service.eta`. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** What is wrong and what was expected, without the value where it may be secret. */
  readonly message: string;
}

/** config.yml or the definition is invalid: every problem that was found, not only the first. Exit code 4. */
export class InvalidError extends UserError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options: { hint?: string } = {}) {
    super(problems.map(formatProblem).join("\n"), { ...options, exit: "invalid" });
    this.name = "InvalidError";
    this.problems = problems;
  }
}

/** Formats a problem as compilers do, `file:line:column: message`, so that editors can jump to it. */
export function formatProblem(problem: Problem): string {
  const position = problem.line === undefined ? "" : `:${problem.line}:${problem.column ?? 1}`;
  return `${problem.file}${position}: ${problem.message}`;
}
