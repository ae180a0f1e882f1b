/** How the plan of a setup is shown. */
import { type DataStep, describeDataStep } from "../backup/decide_data.ts";
import type { Plan } from "../plan/actions.ts";
import { describe, listSteps } from "../plan/describe.ts";
import type { Output } from "../ui/output.ts";
import { printSteps } from "../ui/steps.ts";

/** Prints what is to be done about `data/`, then every action with its reason and the command or diff that it stands for. */
export function printPlan(output: Output, plan: Plan, data: DataStep | undefined): void {
  const settles = data !== undefined && data.kind !== "keep";
  if (plan.actions.length === 0 && !settles) output.print("Nothing to do");
  printSteps(output, [...(settles ? [describeDataStep(data)] : []), ...plan.actions.map(describe)]);
}

/** Returns the plan as scripts read it; `data` is null where the application is one that is not backed up. */
export function planToJson(plan: Plan, data?: DataStep): unknown {
  return {
    data: data === undefined ? null : {
      kind: data.kind,
      snapshot: data.kind === "restore" ? data.snapshot.id : null,
      ...describeDataStep(data),
    },
    actions: listSteps(plan),
    restart: plan.restart,
    running: plan.running,
  };
}
