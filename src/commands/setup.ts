/** `ppm setup`: makes this server what config.yml and the definition say. */
import { apply } from "../apply/apply.ts";
import { withLock } from "../apply/lock.ts";
import type { Prepared } from "../apply/prepare.ts";
import type { DataStep } from "../backup/decide_data.ts";
import { requireUnfenced } from "../backup/fence.ts";
import { previewData, settleData } from "../backup/settle_data.ts";
import { discardNewClone, prepareClone } from "../definition/clone.ts";
import { type ExitName, UserError } from "../errors.ts";
import { ReadOnlySystem } from "../host/read_only_system.ts";
import type { ReadSystem } from "../host/system.ts";
import { lingers, requireManager } from "../host/systemd.ts";
import { describe } from "../plan/describe.ts";
import { NOTHING_TO_DO, type Plan } from "../plan/actions.ts";
import { settleInterrupted } from "../upgrade/interrupted.ts";
import { acceptSetup } from "../upgrade/upgrades.ts";
import { changingCommand, type Context, DRY_RUN_FLAG, JSON_FLAG } from "./command.ts";
import { type CheckedConfig, checkedConfig, type PlannedSetup, planSetup } from "./plan_setup.ts";
import { preview } from "./preview.ts";
import { planToJson, printPlan } from "./print_plan.ts";
import { type DataFlags, dataRequest, tellOfOldData, writeRecoverText } from "./setup_data.ts";

export const command = changingCommand({
  help: [
    "Reads config.yml, clones the definition if that has not been done, checks both, renders the templates, has systemd verify the " +
    "units, and then writes, reloads and enables what differs from what stands. Running it again changes nothing.",
    "Where data/ is missing, it is restored from the newest good snapshot first. Where the repository has none, setup refuses: an empty beginning takes " +
    "--fresh, and a snapshot that does not count as good takes --from.",
    "It never starts or restarts the application, and never moves a clone that stands. A file that somebody edited by hand is kept " +
    "under .ppm/overwritten/ before it is replaced. If it is interrupted, the next run finishes the job.",
  ],
  examples: [
    { command: "ppm setup --dry-run", meaning: "show every step with its reason, and do nothing" },
    { command: "ppm setup && ppm start", meaning: "bring the application up" },
    { command: "ppm setup --neighbours", meaning: "what neighbours_watch does when neighbours change" },
  ],
  flags: {
    fresh: {
      kind: "switch",
      brief: "Begin with an empty data/, where the repository has nothing to restore",
    },
    from: {
      kind: "value",
      placeholder: "SNAPSHOT",
      brief: "Restore this snapshot where data/ is missing",
      complete: "snapshots",
      parse: String,
    },
    neighbours: {
      kind: "switch",
      brief: "Render what stands anew if neighbours publish something else, and reload what reads it",
    },
    stopBackups: { kind: "switch", brief: "Accept a definition that has no backups any more" },
    dryRun: DRY_RUN_FLAG,
    json: JSON_FLAG,
    noWait: { kind: "switch", brief: "Fail at once if another ppm holds the lock" },
  },
  asRoot: false,
  async run(context, { neighbours, dryRun, json, noWait, ...flags }): Promise<ExitName> {
    const { output } = context;
    const wait = !noWait;
    const { plan, data } = neighbours
      ? await setUpForNeighbours(context, { dryRun, wait, ...flags })
      : dryRun
      ? await showSetUp({ ...context, system: new ReadOnlySystem(context.system) }, flags)
      : await setUp(context, { wait, ...flags });
    if (json) output.json(planToJson(plan, data));
    else if (dryRun) printPlan(output, plan, data);
    return "done";
  },
});

/** What a setup did, or would do. `data`: undefined where the application is one that is not backed up. */
interface SetUp {
  readonly data: DataStep | undefined;
  readonly plan: Plan;
}

/** Follows the neighbours, which has nothing to do with data. */
async function setUpForNeighbours(
  context: Context,
  { dryRun, wait, fresh, from, stopBackups }: DataFlags & {
    readonly dryRun: boolean;
    readonly wait: boolean;
  },
): Promise<SetUp> {
  if (fresh || stopBackups || from !== undefined) {
    throw new UserError(
      "Cannot combine --neighbours with --fresh, --from or --stop-backups: it leaves data/ as it is",
      {
        exit: "usage",
        hint: "What config.yml and the definition say today: ppm setup",
      },
    );
  }
  const { followNeighbours, showFollowing } = await import("./setup_neighbours.ts");
  const plan = dryRun ? await showFollowing(context) : await followNeighbours(context, { wait });
  return { data: undefined, plan };
}

/** Returns what would be done. */
async function showSetUp(context: Context<ReadSystem>, flags: DataFlags): Promise<SetUp> {
  const { checked, planned, plan } = await preview(context);
  const request = await dataRequest(context, checked, planned, flags);
  return { plan, data: request && await previewData(context, request) };
}

/** Takes the lock and does the work. Returns what was done. */
async function setUp(context: Context, flags: DataFlags & { readonly wait: boolean }): Promise<SetUp> {
  const { system, output, clock } = context;
  requireManager(system);
  const checked = checkedConfig(context); // before anything is written, the lock included
  const onWait = (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`);
  return await withLock(system, { verb: "setup", clock, wait: flags.wait, onWait }, async () => {
    try {
      await settleInterrupted(context);
      requireUnfenced(system, "set up");
      return await planAndApply(context, checked, flags);
    } finally {
      discardNewClone(system); // the plan has adopted it, or it is worth nothing
    }
  });
}

async function planAndApply(context: Context, checked: CheckedConfig, flags: DataFlags): Promise<SetUp> {
  const clone = await prepareClone(context.system, checked.config.definition);
  const planned = await planSetup(context, checked, clone, { preview: false });
  const request = await dataRequest(context, checked, planned, flags);
  const data = request && await settleData(context, request);
  const settled = data === undefined || data.kind === "keep"
    ? planned
    // Secrets have come back with the data, or are made only now: what was planned before knows neither.
    : await planSetup(context, checked, clone, { preview: false, again: true });
  const plan = await applyPlanned(context, settled);
  acceptSetup(context.system, clone, checked.config.definition.revision);
  if (request !== undefined && data !== undefined) {
    writeRecoverText(context, request, data);
    await tellOfOldData(context, data);
  }
  return { data, plan };
}

async function applyPlanned(context: Context, { prepared, manifest }: PlannedSetup): Promise<Plan> {
  const { system, output, clock } = context;
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
