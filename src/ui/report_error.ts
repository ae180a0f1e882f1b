/** What people are told when something went wrong. */
import { type ExitName, formatProblem, InvalidError, type Problem, UserError } from "../errors.ts";
import type { Output } from "./output.ts";

/** Says what went wrong; returns how to exit. */
export function reportError(error: unknown, output: Output): ExitName {
  if (error instanceof InvalidError) reportProblems(error.problems, output);
  else if (error instanceof UserError) output.error(error.message);
  else reportBug(error, output);
  if (!(error instanceof UserError)) return "failed";
  if (error.hint !== undefined) output.hint(error.hint);
  return error.exit;
}

function reportProblems(problems: readonly Problem[], output: Output): void {
  for (const problem of problems) output.problem(formatProblem(problem));
  output.error(`${problems.length} ${problems.length === 1 ? "problem" : "problems"}; nothing was changed`);
}

function reportBug(error: unknown, output: Output): void {
  output.error("This is a bug in ppm, please report it with the lines below");
  output.problem(error instanceof Error ? error.stack ?? error.message : String(error));
}
