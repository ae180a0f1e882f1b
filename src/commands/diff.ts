/** `ppm diff`: what `setup` would change. */
import type { ExitName } from "../errors.ts";
import { describe } from "../plan/describe.ts";
import type { Output } from "../ui/output.ts";
import { colorDiff } from "../ui/steps.ts";
import type { Plan } from "../plan/actions.ts";
import { JSON_FLAG, lookingCommand } from "./command.ts";
import { preview } from "./preview.ts";
import { planToJson } from "./print_plan.ts";

export const command = lookingCommand({
  help: [
    "Shows what setup would change on this server, as a unified diff with the reason for each change. Nothing is changed.",
    "Values of secrets are left out. The exit code is 0, with --exit-code 3 if there is a difference.",
  ],
  examples: [
    { command: "ppm diff", meaning: "see what an edit of config.yml would do" },
    { command: "ppm diff --exit-code", meaning: "ask from a script whether anything would change" },
  ],
  flags: {
    json: JSON_FLAG,
    exitCode: { kind: "switch", brief: "Exit with 3 if there is a difference" },
  },
  asRoot: false,
  async run(context, { json, exitCode }): Promise<ExitName> {
    const { output } = context;
    const { plan } = await preview(context);
    if (json) output.json(planToJson(plan));
    else printDiff(output, plan);
    return exitCode && plan.actions.length > 0 ? "amiss" : "done";
  },
});

/** Prints comments and diffs so that the whole can be read, or given to patch(1). */
function printDiff(output: Output, plan: Plan): void {
  for (const action of plan.actions) {
    const { what, why, detail } = describe(action);
    output.print(output.style.dim(`# ${what}: ${why}`));
    if (detail !== "") {
      output.print(detail.startsWith("--- ") ? colorDiff(output, detail) : `# ${detail.trimEnd()}`);
    }
  }
  if (plan.restart.length > 0) {
    output.print(output.style.dim(`# a restart is needed by: ${plan.restart.join(" ")}`));
  }
  if (plan.actions.length === 0) output.info("No difference");
}
