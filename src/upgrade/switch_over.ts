/** From one generation to the next: images, snapshot, switch, trial; and back again where anything of that fails. */
import { apply } from "../apply/apply.ts";
import { prepareGeneration } from "../apply/from_generation.ts";
import { requireGeneration } from "../apply/generations.ts";
import { type GenerationRecord, updateGenerationRecord } from "../apply/generation_record.ts";
import type { Hands } from "../apply/hands.ts";
import type { Prepared } from "../apply/prepare.ts";
import { removeIntent } from "../backup/intent.ts";
import { RECOVER_TIMER, resume, stopRecovery } from "../backup/pause.ts";
import { publishTimes } from "../backup/state_times.ts";
import type { BackupConfig } from "../config/config.ts";
import { moveClone } from "../definition/move_clone.ts";
import { runSystemctl, systemctl } from "../host/systemd.ts";
import { readTimes } from "../neighbours/published_times.ts";
import { describe } from "../plan/describe.ts";
import type { Manifest } from "../plan/manifest.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { touchesApplication } from "../plan/touches.ts";
import { targetOf } from "../plan/units.ts";
import { goBack } from "./go_back.ts";
import { pullImages, recordImages, returnImages } from "./images.ts";
import { settleOn } from "./settle_on.ts";
import { snapshotBefore } from "./snapshot_before.ts";
import { setAside } from "./spare.ts";
import { endSwitch, hold, release, type Switch, writeSwitch } from "./switch.ts";
import { type Before, lookBefore, type Start, tryOut, unitsToTry } from "./try_out.ts";
import { accept, type Accepted } from "./upgrades.ts";

/** An upgrade that may be done. */
export interface UpgradeJob {
  /** What stands. */
  readonly manifest: Manifest;
  /** What is to stand. */
  readonly prepared: Prepared;
  /** The new commit, and what it was asked for as. */
  readonly accepted: Accepted;
  /** Where snapshots go; undefined: the application is not backed up. */
  readonly backup: BackupConfig | undefined;
  readonly scheduled: boolean;
}

/** An upgrade that was done. */
export interface Upgraded {
  readonly generation: number;
  /** restic's full id; null where no snapshot was taken. */
  readonly snapshot: string | null;
  /** What was started and has come up; empty where nothing ran before, or nothing had to be stopped. */
  readonly tried: readonly string[];
}

/**
 * Carries an upgrade out. Whoever calls it holds the lock, and has seen to it that the new commit may be used. Throws with nothing changed before the
 * switch, and with exit code 7 once the generation before is back.
 */
export async function switchOver(hands: Hands, job: UpgradeJob): Promise<Upgraded> {
  if (!touchesApplication(job.prepared.plan)) return await applyQuietly(hands, job);
  const { begun, start } = await getReady(hands, job);
  try {
    await replaceFiles(hands, job, begun);
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

/** What comes before the switch, and the switch journaled. What was pulled is given back where any of it fails. */
async function getReady(
  hands: Hands,
  job: UpgradeJob,
): Promise<{ readonly begun: Switch; readonly start: Start }> {
  const { system } = hands;
  const { generation } = job.manifest;
  await prepareGeneration(system, generation); // there must be a way back before the way forth
  const images = await recordImages(system, (await requireGeneration(system, generation)).files);
  updateGenerationRecord(system, generation, { images });
  const { changed } = await pullImages(hands, job.prepared.files, images);
  try {
    return await saveAndBegin(hands, job, changed);
  } catch (error) {
    await returnImages(hands, images);
    throw error;
  }
}

async function saveAndBegin(hands: Hands, job: UpgradeJob, changed: readonly string[]) {
  const { manifest, prepared } = job;
  const before = await lookBefore(hands.system, manifest);
  const saved = await saveBefore(hands, job, before);
  const running = saved?.units ?? before.running;
  const stopped = [...before.stopped, ...before.running.filter((unit) => !running.includes(unit))];
  const now = { running, stopped };
  const { desired, plan } = prepared;
  const start = unitsToTry(now, { from: manifest, to: desired, changed: [...plan.restart, ...changed] });
  const standing = { units: manifest.units, target: targetOf(manifest.app) };
  const begun = await begin(hands, job, {
    units: unitsToTry(now, { from: manifest, to: standing, changed: [] }).tried,
    snapshot: saved?.snapshot ?? null,
    tried: start.tried,
  });
  return { begun, start };
}

/** Nothing that the application could notice changes: nothing is stopped, and nothing has to be proven. */
async function applyQuietly(hands: Hands, job: UpgradeJob): Promise<Upgraded> {
  const { system, clock } = hands;
  await moveClone(system, job.accepted.commit);
  await applyPlan(hands, job, { outcome: "done", snapshot: null });
  accept(system, job.accepted, { upgraded: clock.now() });
  const manifest = requireManifest(system);
  await publishTimes(system, manifest, readTimes(system));
  return { generation: manifest.generation, snapshot: null, tried: [] };
}

async function saveBefore(hands: Hands, { manifest, prepared, backup }: UpgradeJob, { running }: Before) {
  const policy = prepared.desired.backup;
  if (policy === null || backup === undefined) return undefined;
  return await snapshotBefore(hands, { manifest, policy, backup }, running);
}

/** Journals the switch. From here on a kill leads back to the generation that stands. Where that fails, what was stopped for the snapshot is started. */
async function begin(
  hands: Hands,
  { manifest, prepared, accepted, scheduled }: UpgradeJob,
  { units, snapshot, tried }: {
    /** What is started should it have to go back. */
    readonly units: readonly string[];
    readonly snapshot: string | null;
    readonly tried: readonly string[];
  },
): Promise<Switch> {
  const { system, clock } = hands;
  const target = targetOf(manifest.app);
  const isRenamed = units.length > 0 && target !== prepared.desired.target;
  try {
    await runSystemctl(system, systemctl("start", [RECOVER_TIMER]));
    setAside(system, manifest);
    const begun = writeSwitch(system, {
      version: 1,
      operation: "upgrade",
      phase: "switching",
      goal: manifest.generation,
      other: manifest.newest + 1,
      ...accepted,
      units: isRenamed ? [target, ...units] : units,
      tried,
      snapshot,
      restoresData: false,
      why: null,
      failedData: null,
      scheduled,
      attempt: 1,
      told: null,
      time: new Date(clock.now()).toISOString(),
    });
    removeIntent(system); // the switch says what is to be started from here on
    return begun;
  } catch (error) {
    endSwitch(system);
    await resume(hands, manifest);
    await stopRecovery(system);
    throw error;
  }
}

/** Nothing of the application can be started while its files are neither the old nor the new ones. */
async function replaceFiles(hands: Hands, job: UpgradeJob, { snapshot }: Switch): Promise<void> {
  hold(hands.system);
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
