/** Puts in place what the neighbours have changed, has it read, and sees whether the application is well with it. */
import { apply } from "../../apply/apply.ts";
import { readGenerationRecord, updateGenerationRecord } from "../../apply/generation_record.ts";
import type { Hands } from "../../apply/hands.ts";
import type { Prepared } from "../../apply/prepare.ts";
import { forgetOldest } from "../../apply/prune_generations.ts";
import { waitUntilUp } from "../../apply/start.ts";
import { UserError } from "../../errors.ts";
import type { System } from "../../host/system.ts";
import { describe } from "../../plan/describe.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { requireManifest } from "../../plan/read_manifest.ts";
import { type Step, updateWatch } from "./journal.ts";
import { changesWhatIsRead, lookAtRunning, needRestart, reloadUnits, type Running } from "./reload.ts";
import { stepBack } from "./step_back.ts";

/** How long it may take after a reload until everything is well: it ran before. */
const TIME_LIMIT_MS = 60_000;

/** A plan that was made because the neighbours have changed, and what stands. */
export interface StepJob {
  readonly prepared: Prepared;
  readonly manifest: Manifest;
}

/**
 * Carries out a plan. Where the application is not well with it, the generation before comes back, the neighbours are remembered as those with which it
 * failed, and a {@linkcode UserError} says so. Whoever calls it holds the lock.
 */
export async function stepForth(hands: Hands, job: StepJob): Promise<void> {
  const { system } = hands;
  const running = await lookAtRunning(hands, job.manifest);
  const step = begin(system, job, running);
  if (step === undefined) return await put(hands, job);
  try {
    await put(hands, job);
    await reloadUnits(system, step.reload);
    await staysWell(hands, step);
  } catch (error) {
    throw await fail(hands, { job, step, error });
  }
  updateGenerationRecord(system, step.other, { outcome: "done" });
  updateWatch(system, { step: null, failed: null });
  forgetOldest(system, [step.other]); // the one before was the way back
  if (step.reload.length > 0) hands.output.info(`Reloaded ${step.reload.join(", ")}`);
  const outdated = needRestart(job.prepared.plan, step.reload);
  if (outdated.length > 0) {
    hands.output.warn(`Still running with what was there before: ${outdated.join(", ")}. Next: ppm restart`);
  }
}

/** Writes the step down; there is none where the neighbours make no difference to any file. */
function begin(system: System, { prepared, manifest }: StepJob, running: Running): Step | undefined {
  const recorded = prepared.plan.actions.find((action) => action.kind === "record-generation");
  if (recorded === undefined || !recorded.isNew) return undefined;
  const step: Step = {
    from: manifest.generation,
    other: recorded.number,
    inputs: prepared.inputs,
    running: running.active,
    reload: changesWhatIsRead(prepared.plan) ? running.reloadable : [],
    why: null,
  };
  updateWatch(system, { step });
  return step;
}

async function put({ system, clock, output }: Hands, { prepared, manifest }: StepJob): Promise<void> {
  const before = readGenerationRecord(system, manifest.generation);
  const previous = before.by === "neighbours" ? before.previous : manifest.generation;
  const record = { by: "neighbours", outcome: "trial", previous, images: before.images } as const;
  const input = { ...prepared, record, previous: manifest, nowMs: clock.now() };
  await apply(system, input, (action) => {
    const { what, why } = describe(action);
    output.info(`${what} (${why})`);
  });
}

/** What ran before runs, and goes on running; what did not is none of the neighbours' business. */
async function staysWell(hands: Hands, { running }: Step): Promise<void> {
  const manifest = requireManifest(hands.system);
  const units = running.filter((unit) => manifest.units.some(({ name }) => name === unit));
  if (units.length === 0) return;
  const limits = { timeoutMs: TIME_LIMIT_MS, mostFalls: 2 };
  await waitUntilUp(hands, "start", manifest, { units, health: true, ...limits });
}

/** Goes back, and returns what to tell. What is no fault of the application (a full disk) says nothing of the neighbours. */
async function fail(
  hands: Hands,
  { job, step, error }: { readonly job: StepJob; readonly step: Step; readonly error: unknown },
): Promise<unknown> {
  if (!(error instanceof UserError)) return error;
  const { system, output } = hands;
  const stands = requireManifest(system);
  const hasRun = stands.pending === null && stands.generation === step.other;
  const { neighbours } = job.prepared;
  output.endProgress();
  updateWatch(system, {
    step: { ...step, why: error.message },
    ...hasRun && neighbours !== null ? { failed: { neighbours, why: error.message } } : {},
  });
  const failure = await stepBack(hands);
  const lines = [
    `Cannot follow the neighbours: generation ${step.from} is back`,
    error.message,
    ...failure === undefined ? [] : [`Generation ${step.from} is not well either: ${failure.message}`],
  ];
  const hint = hasRun
    ? "It is tried again when neighbours publish something else, or at once: ppm setup"
    : error.hint;
  return new UserError(lines.join("\n"), { cause: error, ...hint === undefined ? {} : { hint } });
}
