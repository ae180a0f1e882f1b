/** `ppm rollback`: back to a generation that stood before. */
import { prepareGeneration } from "../apply/from_generation.ts";
import { withLock } from "../apply/lock.ts";
import type { Prepared } from "../apply/prepare.ts";
import { requireUnfenced } from "../backup/fence.ts";
import { pickForPlace } from "../backup/put_back.ts";
import { cloneDirectory } from "../definition/clone.ts";
import { hasCommit } from "../definition/commits.ts";
import { requireCleanClone } from "../definition/move_clone.ts";
import { type ExitName, UserError } from "../errors.ts";
import { ReadOnlySystem } from "../host/read_only_system.ts";
import type { ReadSystem } from "../host/system.ts";
import { requireManager } from "../host/systemd.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { chooseGeneration, snapshotOf } from "../upgrade/choose_generation.ts";
import { settleInterrupted } from "../upgrade/interrupted.ts";
import { whileInterruptible } from "../upgrade/interruptible.ts";
import { rollBack, type RollbackJob } from "../upgrade/roll_back.ts";
import type { Returned } from "../upgrade/return_to.ts";
import { requireBackedUp } from "./backup_of.ts";
import { changingCommand, type Context, DRY_RUN_FLAG, JSON_FLAG } from "./command.ts";
import { checkedConfig } from "./plan_setup.ts";
import { planToJson, printPlan } from "./print_plan.ts";

export const command = changingCommand({
  help: [
    "Goes back to generation N of ppm history, by default the one before: stops the application, puts the files, the definition's commit and the images of that generation in place, and starts again what ran.",
    "Data stays as it is. With --with-data it is put back too, from the snapshot that the upgrade has taken which left that generation; what stands at data/ is kept as data.before-TIME.",
    "config.yml is yours and stays as it is: the next ppm setup renders with it. The timer leaves alone what was left until upstream moves on; ppm upgrade --apply --retry goes there again.",
  ],
  examples: [
    { command: "ppm rollback --dry-run", meaning: "show what going back would change" },
    { command: "ppm rollback", meaning: "go back to the generation before, with data as it is" },
    { command: "ppm rollback 4 --with-data", meaning: "go back to generation 4 and to its data" },
  ],
  flags: {
    withData: { kind: "switch", brief: "Put the data back too, as it was when that generation was left" },
    dryRun: DRY_RUN_FLAG,
    json: JSON_FLAG,
    noWait: { kind: "switch", brief: "Fail at once if another ppm holds the lock" },
  },
  positional: {
    placeholder: "N",
    brief: "The number of a generation; default: the one before",
    maximum: 1,
    complete: "generations",
  },
  asRoot: false,
  async run(context, { withData, dryRun, json, noWait }, word): Promise<ExitName> {
    const { system, output, clock } = context;
    requireManager(system);
    const request = { withData, wanted: word === undefined ? undefined : toNumber(word) };
    if (dryRun) {
      const { job, prepared } = await plan({ ...context, system: new ReadOnlySystem(system) }, request);
      show(context, { job, prepared, json });
      return "done";
    }
    const onWait = (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`);
    return await withLock(
      system,
      { verb: "rollback", clock, wait: !noWait, onWait },
      async (): Promise<ExitName> => {
        await settleInterrupted(context);
        requireUnfenced(system, "roll back");
        const { job, prepared } = await plan(context, request);
        if (job.goal === job.manifest.generation && prepared.plan.actions.length === 0 && !withData) {
          output.info(`Nothing to do: generation ${job.goal} stands as it should`);
          return "done";
        }
        await requireCleanClone(system);
        const returned = await whileInterruptible(context, "rollback", () => rollBack(context, job));
        report(context, { job, prepared, returned, json });
        if (returned.failure !== undefined) throw notWell(system, job, returned.failure);
        return "done";
      },
    );
  },
});

interface Request {
  readonly wanted: number | undefined;
  readonly withData: boolean;
}

interface Planned {
  readonly job: RollbackJob;
  readonly prepared: Prepared;
}

/** Finds everything out that can keep a rollback from succeeding, before anything is stopped. */
async function plan(context: Context<ReadSystem>, { wanted, withData }: Request): Promise<Planned> {
  const { system } = context;
  const manifest = requireManifest(system);
  const goal = chooseGeneration(system, manifest, wanted);
  const prepared = await prepareGeneration(system, goal);
  const { commit } = prepared.desired.source;
  if (!await hasCommit(system, cloneDirectory(system), commit)) {
    throw new UserError(
      `Cannot go back to generation ${goal}: the clone does not have its commit ${commit.slice(0, 12)}`,
      { hint: "See whether upstream still has it: ppm upgrade, then ppm rollback" },
    );
  }
  const { config } = checkedConfig(context);
  const snapshot = withData ? await requireSnapshot(context, goal) : null;
  const { revision } = config.definition;
  return { job: { manifest, goal, goalCommit: commit, snapshot, revision }, prepared };
}

/** Returns the snapshot with the data of a generation, which the repository still has. */
async function requireSnapshot(context: Context<ReadSystem>, goal: number): Promise<string> {
  const backedUp = await requireBackedUp(context);
  const { snapshot } = await pickForPlace(context, { ...backedUp, wanted: snapshotOf(context.system, goal) });
  return snapshot.id;
}

function show(
  { output }: Context,
  { job, prepared, json }: Planned & { readonly json: boolean },
): void {
  if (json) return output.json({ ...describeJob(job), plan: planToJson(prepared.plan) });
  output.print(`Back to generation ${job.goal}, ${versionOf(prepared)}, from ${job.manifest.generation}`);
  if (job.snapshot !== null) {
    output.print(
      `put data/ back from the snapshot ${job.snapshot.slice(0, 8)}, and keep what stands there aside`,
    );
  }
  printPlan(output, prepared.plan, undefined);
}

function report(
  { output }: Context,
  { job, prepared, returned, json }: Planned & { readonly returned: Returned; readonly json: boolean },
): void {
  if (json) {
    output.json({ ...describeJob(job), keptData: returned.failedData, well: returned.failure === undefined });
  }
  output.info(`${versionOf(prepared)} stands again: generation ${job.goal}`);
  if (returned.failedData !== null) output.info(`What stood at data/ is kept as ${returned.failedData}`);
  if (job.manifest.config.sha256 !== prepared.config.sha256) {
    output.warn(
      "config.yml is another one than when this generation was made: ppm setup would render with it",
    );
  }
}

/** What stands is not well, with the ways out: an older version often cannot read what a newer one has made of the data. */
function notWell(
  system: ReadSystem,
  { goal, manifest, snapshot }: RollbackJob,
  failure: UserError,
): UserError {
  const ways = [
    ...snapshot === null && hasSnapshot(system, goal)
      ? [`With the data of back then: ppm rollback ${goal} --with-data`]
      : [],
    ...manifest.generation === goal ? [] : [`Back to what stood before: ppm rollback ${manifest.generation}`],
  ];
  return new UserError(failure.message, {
    exit: failure.exit,
    hint: [...failure.hint === undefined ? [] : [failure.hint], ...ways].join("\n"),
    cause: failure,
  });
}

function hasSnapshot(system: ReadSystem, goal: number): boolean {
  try {
    return snapshotOf(system, goal) !== "";
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function describeJob({ manifest, goal, snapshot }: RollbackJob) {
  return { from: manifest.generation, to: goal, snapshot };
}

function versionOf({ desired }: Prepared): string {
  const { name, version } = desired.definition.app;
  return `${name} ${version} (${desired.source.commit.slice(0, 12)})`;
}

function toNumber(word: string): number {
  if (/^[1-9]\d{0,8}$/.test(word)) return Number(word);
  throw new UserError(`Cannot use "${word}" as a generation: it is not a number from ppm history`, {
    exit: "usage",
    hint: "See which there are: ppm history",
  });
}
