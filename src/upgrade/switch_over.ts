/** From one generation to the next: images, snapshot, switch, trial; and back again where anything of that fails. */
import { apply } from "../apply/apply.ts";
import type { GenerationRecord } from "../apply/generation_record.ts";
import type { Hands } from "../apply/hands.ts";
import { stopUnits } from "../backup/pause.ts";
import { publishTimes } from "../backup/state_times.ts";
import { moveClone } from "../definition/move_clone.ts";
import { readTimes } from "../neighbours/published_times.ts";
import { describe } from "../plan/describe.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { touchesApplication } from "../plan/touches.ts";
import { goBack } from "./go_back.ts";
import { getReady, type Ready, type UpgradeJob } from "./get_ready.ts";
import { nameImages } from "./images.ts";
import { settleOn } from "./settle_on.ts";
import { hold, release, type Switch, writeSwitch } from "./switch.ts";
import { type Start, tryOut } from "./try_out.ts";
import { accept, welcome } from "./upgrades.ts";

/** An upgrade that was done. */
export interface Upgraded {
  readonly generation: number;
  /** Its id, which may be shortened; null where no snapshot was taken. */
  readonly snapshot: string | null;
  /** What was started and has come up; empty where nothing ran before, or nothing had to be stopped. */
  readonly tried: readonly string[];
}

/**
 * Carries an upgrade out. Whoever calls it holds the lock, and has seen to it that the new commit may be used. Throws with nothing changed before the
 * switch, and with exit code 7 once the generation before is back.
 */
export async function switchOver(hands: Hands, job: UpgradeJob): Promise<Upgraded> {
  // What an interrupted run has put in place already is in no plan any more.
  const isQuiet = job.manifest.pending === null && !touchesApplication(job.prepared.plan);
  if (isQuiet) return await applyQuietly(hands, job);
  const ready = await getReady(hands, job);
  const { begun, start } = ready;
  try {
    await replaceFiles(hands, job, ready);
    await tryNewOne(hands, begun, start);
  } catch (error) {
    throw await goBack(hands, begun, error);
  }
  await settleOn(hands, begun);
  if (start.tried.length === 0) {
    hands.output.info("The application was stopped, and stays so: whether it runs, ppm start will tell");
  }
  return { generation: begun.other, snapshot: begun.snapshot, tried: start.tried };
}

/** Nothing that the application could notice changes: nothing is stopped, and nothing has to be proven. */
async function applyQuietly(hands: Hands, job: UpgradeJob): Promise<Upgraded> {
  const { system, clock } = hands;
  await moveClone(system, job.accepted.commit);
  await applyPlan(hands, job, { outcome: "done", snapshot: null });
  accept(system, job.accepted, { upgraded: clock.now() });
  welcome(system, job.accepted.commit);
  const manifest = requireManifest(system);
  await publishTimes(system, manifest, readTimes(system));
  return { generation: manifest.generation, snapshot: null, tried: [] };
}

/**
 * Nothing of the application can be started while its files are neither the old nor the new ones. What ran until now and has to read something new is
 * stopped before: systemd 257 starts once more what has just ended, hold or not.
 */
async function replaceFiles(
  hands: Hands,
  job: UpgradeJob,
  { begun: { snapshot }, start: { restart }, images }: Ready,
): Promise<void> {
  if (restart.length > 0) await stopUnits(hands, job.manifest, restart);
  hold(hands.system);
  await nameImages(hands.system, images);
  hands.output.info(`Moving the definition to ${job.accepted.commit.slice(0, 12)}`);
  await moveClone(hands.system, job.accepted.commit);
  await applyPlan(hands, job, { outcome: "trial", snapshot });
}

async function applyPlan(
  { system, clock, output }: Hands,
  { manifest, prepared, scheduled }: UpgradeJob,
  record: Pick<GenerationRecord, "outcome" | "snapshot">,
): Promise<void> {
  const input = {
    ...prepared,
    previous: manifest,
    nowMs: clock.now(),
    record: { ...record, by: scheduled ? "timer" : "upgrade", previous: manifest.generation } as const,
  };
  await apply(system, input, (action) => {
    const { what, why } = describe(action);
    output.info(`${what} (${why})`);
  });
}

async function tryNewOne(hands: Hands, begun: Switch, start: Start): Promise<void> {
  const { system, output } = hands;
  writeSwitch(system, { ...begun, phase: "trial" });
  release(system);
  if (start.tried.length > 0) output.info(`Starting ${start.tried.join(", ")}`);
  await tryOut(hands, requireManifest(system), start);
}
