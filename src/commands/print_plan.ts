/** How plans are shown: as a list of steps with their reasons, or as one diff. */
import type { Plan } from "../plan/actions.ts";
import { describe } from "../plan/describe.ts";
import type { Output } from "../ui/output.ts";

/** Prints every action with its reason and the command or diff that it stands for. */
export function printPlan(output: Output, plan: Plan): void {
  const { style } = output;
  if (plan.actions.length === 0) output.print("Nothing to do");
  for (const action of plan.actions) {
    const { what, why, detail } = describe(action);
    output.print(`${style.bold(what)}  ${style.dim(`(${why})`)}`);
    if (detail !== "") output.print(indent(colorDiff(output, detail)));
  }
}

/** Returns the plan as scripts read it. */
export function planToJson(plan: Plan): unknown {
  return {
    actions: plan.actions.map((action) => ({ kind: action.kind, ...describe(action) })),
    restart: plan.restart,
    running: plan.running,
  };
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
