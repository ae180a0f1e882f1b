/** Steps of a plan, as people read them: what is done, why, and the command or the diff that it stands for. */
import type { Output } from "./output.ts";
import { printable } from "./text.ts";

/** One step. */
export interface Step {
  readonly what: string;
  readonly why: string;
  /** A command or a unified diff, whose text may be anybody's; empty where `what` says it all. */
  readonly detail?: string;
}

/** Prints steps to standard output. */
export function printSteps(output: Output, steps: readonly Step[]): void {
  const { style } = output;
  for (const { what, why, detail = "" } of steps) {
    output.print(`${style.bold(what)}  ${style.dim(`(${why})`)}`);
    if (detail !== "") output.print(indent(colorDiff(output, printable(detail))));
  }
}

/** Colours the lines of a unified diff as git does. */
export function colorDiff(output: Output, text: string): string {
  const { style } = output;
  return text.replace(/\n$/, "").split("\n").map((line) => {
    if (line.startsWith("+++") || line.startsWith("---")) return style.bold(line);
    if (line.startsWith("@@")) return style.cyan(line);
    if (line.startsWith("+")) return style.green(line);
    return line.startsWith("-") ? style.red(line) : line;
  }).join("\n");
}

function indent(text: string): string {
  return text.split("\n").map((line) => `    ${line}`).join("\n");
}
