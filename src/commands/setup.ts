/** `ppm setup`: makes this server what config.yml and the definition say. */
import { apply } from "../apply/apply.ts";
import { withLock } from "../apply/lock.ts";
import type { Prepared } from "../apply/prepare.ts";
import { discardNewClone, prepareClone } from "../definition/clone.ts";
import type { ExitName } from "../errors.ts";
import { ReadOnlySystem } from "../host/read_only_system.ts";
import { lingers, requireManager } from "../host/systemd.ts";
import { describe } from "../plan/describe.ts";
import { NOTHING_TO_DO, type Plan } from "../plan/actions.ts";
import { changingCommand, type Context, DRY_RUN_FLAG, JSON_FLAG } from "./command.ts";
import { type CheckedConfig, checkedConfig, planSetup } from "./plan_setup.ts";
import { preview } from "./preview.ts";
import { planToJson, printPlan } from "./print_plan.ts";

export const command = changingCommand({
  help: [
    "Reads config.yml, clones the definition if that has not been done, checks both, renders the templates, has systemd verify the " +
    "units, and then writes, reloads and enables what differs from what stands. Running it again changes nothing.",
    "It never starts or restarts the application, and never moves a clone that stands. A file that somebody edited by hand is kept " +
    "under .ppm/overwritten/ before it is replaced. If it is interrupted, the next run finishes the job.",
  ],
  examples: [
    { command: "ppm setup --dry-run", meaning: "show every step with its reason, and do nothing" },
    { command: "ppm setup && ppm start", meaning: "bring the application up" },
  ],
  flags: {
    dryRun: DRY_RUN_FLAG,
    json: JSON_FLAG,
    noWait: { kind: "switch", brief: "Fail at once if another ppm holds the lock" },
  },
  asRoot: false,
  async run(context, { dryRun, json, noWait }): Promise<ExitName> {
    const { output } = context;
    const plan = dryRun
      ? await preview({ ...context, system: new ReadOnlySystem(context.system) })
      : await setUp(context, { wait: !noWait });
    if (json) output.json(planToJson(plan));
    else if (dryRun) printPlan(output, plan);
    return "done";
  },
});

/** Takes the lock and does the work. Returns what was done. */
async function setUp(context: Context, { wait }: { readonly wait: boolean }): Promise<Plan> {
  const { system, output, clock } = context;
  requireManager(system);
  const checked = checkedConfig(context); // before anything is written, the lock included
  const onWait = (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`);
  return await withLock(system, { verb: "setup", clock, wait, onWait }, async () => {
    try {
      return await planAndApply(context, checked);
    } finally {
      discardNewClone(system); // the plan has adopted it, or it is worth nothing
    }
  });
}

async function planAndApply(context: Context, checked: CheckedConfig): Promise<Plan> {
  const { system, output, clock } = context;
  const clone = await prepareClone(system, checked.config.definition);
  const { prepared, manifest } = await planSetup(context, checked, clone, { preview: false });
  if (prepared === undefined) {
    output.info(`Nothing to do: generation ${manifest?.generation} stands as it should`);
    return NOTHING_TO_DO;
  }
  await apply(system, { ...prepared, previous: manifest, nowMs: clock.now() }, (action) => {
    const { what, why } = describe(action);
    output.info(`${what} (${why})`);
  });
  if (!lingers(system)) {
    const { name } = system.user;
    output.warn(
      `${name} does not linger: the application ends with the last login. As root: loginctl enable-linger ${name}`,
    );
  }
  output.info(whatIsNext(prepared));
  return prepared.plan;
}

function whatIsNext({ plan, desired }: Prepared): string {
  if (plan.restart.length > 0) {
    return `Still running with what was there before: ${plan.restart.join(", ")}. Next: ppm restart`;
  }
  return `${desired.definition.app.name} is set up.${plan.running ? "" : " Next: ppm start"}`;
}
