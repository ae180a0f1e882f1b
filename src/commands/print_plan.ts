/** How plans are shown: as a list of steps with their reasons, or as one diff. */
import { type DataStep, describeDataStep } from "../backup/decide_data.ts";
import type { Plan } from "../plan/actions.ts";
import { describe } from "../plan/describe.ts";
import type { Output } from "../ui/output.ts";

/** Prints what is to be done about `data/`, then every action with its reason and the command or diff that it stands for. */
export function printPlan(output: Output, plan: Plan, data: DataStep | undefined): void {
  const { style } = output;
  const settles = data !== undefined && data.kind !== "keep";
  if (plan.actions.length === 0 && !settles) output.print("Nothing to do");
  if (settles) {
    const { what, why } = describeDataStep(data);
    output.print(`${style.bold(what)}  ${style.dim(`(${why})`)}`);
  }
  for (const action of plan.actions) {
    const { what, why, detail } = describe(action);
    output.print(`${style.bold(what)}  ${style.dim(`(${why})`)}`);
    if (detail !== "") output.print(indent(colorDiff(output, detail)));
  }
}

/** Returns the plan as scripts read it; `data` is null where the application is one that is not backed up. */
export function planToJson(plan: Plan, data?: DataStep): unknown {
  return {
    data: data === undefined ? null : {
      kind: data.kind,
      snapshot: data.kind === "restore" ? data.snapshot.id : null,
      ...describeDataStep(data),
    },
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
