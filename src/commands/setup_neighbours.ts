/** `ppm setup --neighbours`: what stands, rendered anew because neighbours publish something else. */
import { withLock } from "../apply/lock.ts";
import { readFence } from "../backup/fence.ts";
import { ReadOnlySystem } from "../host/read_only_system.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { requireManager } from "../host/systemd.ts";
import { NOTHING_TO_DO, type Plan } from "../plan/actions.ts";
import { isInterrupted } from "../upgrade/interrupted.ts";
import { readWatch, updateWatch } from "../upgrade/watch/journal.ts";
import { lookAtNeighbours, type Worthwhile } from "../upgrade/watch/look.ts";
import { stepBack } from "../upgrade/watch/step_back.ts";
import { stepForth, type StepJob } from "../upgrade/watch/step_forth.ts";
import { tellingOnce } from "../upgrade/watch/tell.ts";
import type { Context } from "./command.ts";
import { planSetup } from "./plan_setup.ts";

/** Returns what would be done. */
export async function showFollowing(context: Context): Promise<Plan> {
  requireManager(context.system);
  const reading = { ...context, system: new ReadOnlySystem(context.system) };
  const found = await lookAtNeighbours(reading);
  if (found === undefined || found === "known") return NOTHING_TO_DO;
  const job = await planFollowing(reading, found, { preview: true });
  return job?.prepared.plan ?? NOTHING_TO_DO;
}

/** Takes the lock, finishes what a run has left that was killed, and does the work. Returns what was done. */
export async function followNeighbours(
  context: Context,
  { wait }: { readonly wait: boolean },
): Promise<Plan> {
  const { system, clock, output } = context;
  requireManager(system);
  const onWait = (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`);
  const done = await withLock(
    system,
    { verb: "setup --neighbours", clock, wait, onWait },
    () =>
      tellingOnce(context, async () => {
        if (readFence(system) !== undefined) return NOTHING_TO_DO; // it is rendered where it lives from then on
        if (!isInterrupted(system)) await stepBack(context);
        const found = await lookAtNeighbours(context);
        if (found === "known") forgetFailure(system);
        if (found === undefined || found === "known") return NOTHING_TO_DO;
        const job = await planFollowing(context, found, { preview: false });
        if (job === undefined) return NOTHING_TO_DO;
        await stepForth(context, job);
        return job.prepared.plan;
      }),
  );
  return done ?? NOTHING_TO_DO;
}

/** Whom the application was not well with has published something else since, or was set up by somebody: the next time is another one. */
function forgetFailure(system: System): void {
  if (readWatch(system).failed !== null) updateWatch(system, { failed: null });
}

/** Plans a setup of what stands, where its neighbours are others than when it was rendered. */
async function planFollowing(
  context: Context<ReadSystem>,
  { manifest, checked, clone }: Worthwhile,
  options: { readonly preview: boolean },
): Promise<StepJob | undefined> {
  const { prepared } = await planSetup(context, checked, clone, options);
  return prepared && { prepared, manifest };
}
