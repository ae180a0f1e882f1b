/**
 * Brings a generation back: what an upgrade does that went wrong, what a rollback is, and what finishes either after a kill. Every step
 * can be done again, so that it begins anew from wherever it was interrupted.
 */
import { apply } from "../apply/apply.ts";
import { prepareGeneration } from "../apply/from_generation.ts";
import {
  type GenerationRecord,
  readGenerationRecord,
  updateGenerationRecord,
} from "../apply/generation_record.ts";
import { type Generation, requireGeneration } from "../apply/generations.ts";
import type { Hands } from "../apply/hands.ts";
import { removeIntent } from "../backup/intent.ts";
import { RECOVER_TIMER, runningUnits, stopRecovery, stopUnits } from "../backup/pause.ts";
import { publishTimes } from "../backup/state_times.ts";
import { moveClone } from "../definition/move_clone.ts";
import { UserError } from "../errors.ts";
import { runSystemctl, systemctl } from "../host/systemd.ts";
import { readTimes } from "../neighbours/published_times.ts";
import type { Manifest } from "../plan/manifest.ts";
import { describe } from "../plan/describe.ts";
import { readManifest, requireManifest } from "../plan/read_manifest.ts";
import { returnImages } from "./images.ts";
import { putDataBack } from "./put_data_back.ts";
import { freeSpare } from "./spare.ts";
import { endSwitch, hold, INTERRUPTED, release, type Switch, writeSwitch } from "./switch.ts";
import { tryOut } from "./try_out.ts";
import { quarantine, welcome } from "./upgrades.ts";

/** What became of going back. */
export interface Returned {
  /** What stood at `data/` is called now; null where data stayed as it was. */
  readonly failedData: string | null;
  /** Why the generation that was brought back is not well either. */
  readonly failure: UserError | undefined;
}

/**
 * Brings `found.goal` back: stops everything, puts its data, its clone's commit, its images and its files in place, starts what ran. Throws where a step
 * cannot be done (a repository that does not answer, a full disk): the switch stands then, nothing of the application runs, and whoever
 * comes next tries again. Whoever calls it holds the lock.
 */
export async function returnTo(hands: Hands, found: Switch): Promise<Returned> {
  const { system, clock, output } = hands;
  freeSpare(system);
  const begun = found.phase === "returning" ? found : writeSwitch(system, { ...found, phase: "returning" });
  hold(system);
  await runSystemctl(system, systemctl("start", [RECOVER_TIMER]));
  const goal = await requireGeneration(system, begun.goal);
  await stopAll(hands, [requireManifest(system), { ...goal.description, pending: null }]);
  removeIntent(system); // what it names is among the units of the switch
  const done = await putDataBack(hands, begun, goal);
  output.info(`Moving the definition to ${goal.description.source.commit.slice(0, 12)}`);
  await moveClone(system, goal.description.source.commit);
  await returnImages(hands, readGenerationRecord(system, begun.goal).images);
  await bringFilesBack(hands, begun.goal);
  release(system);
  const failure = await failureOf(() => startAgain(hands, done, goal));
  remember(hands, done, goal);
  endSwitch(system);
  await stopRecovery(system);
  await publishTimes(system, requireManifest(system), readTimes(system));
  if (failure === undefined) output.info(`Generation ${begun.goal} stands again`);
  return { failedData: done.failedData, failure };

  async function bringFilesBack(hands: Hands, number: number): Promise<void> {
    const prepared = await prepareGeneration(system, number, { verify: false });
    await apply(system, { ...prepared, previous: readManifest(system), nowMs: clock.now() }, (action) => {
      const { what, why } = describe(action);
      hands.output.info(`${what} (${why})`);
    });
  }
}

/** Stops whatever runs of two generations. */
async function stopAll(hands: Hands, manifests: readonly Manifest[]): Promise<void> {
  const { system, output } = hands;
  for (const manifest of manifests) {
    const running = await runningUnits(system, manifest);
    if (running.length === 0) continue;
    output.info(`Stopping ${running.join(", ")}`);
    await stopUnits(hands, manifest, running);
  }
}

async function startAgain(hands: Hands, { units }: Switch, { description }: Generation): Promise<void> {
  if (units.length > 0) hands.output.info(`Starting ${units.join(", ")}`);
  await tryOut(hands, { ...description, pending: null }, { tried: units, restart: [] });
}

/** Writes down what became of the generation that is left, and lets the timer leave its commit alone: not where it is that of the goal, and something else was wrong. */
function remember({ system, clock }: Hands, done: Switch, { description }: Generation): void {
  const { operation, other, goal, commit, why, failedData } = done;
  const time = new Date(clock.now()).toISOString();
  const changes: Partial<GenerationRecord> = operation === "upgrade"
    ? { outcome: "failed", message: why, failedData }
    : { left: { for: goal, time } };
  updateGenerationRecord(system, other, changes);
  updateGenerationRecord(system, goal, { left: null });
  welcome(system, description.source.commit);
  const reason = operation === "upgrade"
    ? `it failed: ${why?.split("\n")[0] ?? "it was interrupted"}`
    : `a rollback to generation ${goal} has left it`;
  if (commit !== description.source.commit && why !== INTERRUPTED) {
    quarantine(system, [{ commit, time, why: reason }]);
  }
}

async function failureOf(action: () => Promise<void>): Promise<UserError | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
