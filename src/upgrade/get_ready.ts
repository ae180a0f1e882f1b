/** What an upgrade does before anything is replaced: images, snapshot, and the journal of the switch. */
import { prepareGeneration } from "../apply/from_generation.ts";
import { generationDirectory, requireGeneration } from "../apply/generations.ts";
import { type ImageVersion, updateGenerationRecord } from "../apply/generation_record.ts";
import type { Hands } from "../apply/hands.ts";
import type { Prepared } from "../apply/prepare.ts";
import { UserError } from "../errors.ts";
import { removeIntent } from "../backup/intent.ts";
import { RECOVER_TIMER, resume, stopRecovery } from "../backup/pause.ts";
import type { BackupConfig } from "../config/config.ts";
import { cloneDirectory } from "../definition/clone.ts";
import { fileSizes } from "../definition/tree.ts";
import { runSystemctl, systemctl } from "../host/systemd.ts";
import type { Manifest } from "../plan/manifest.ts";
import { targetOf } from "../plan/units.ts";
import { pullImages, recordImages } from "./images.ts";
import { snapshotBefore } from "./snapshot_before.ts";
import { setAside } from "./spare.ts";
import { configText, endSwitch, type Switch, writeSwitch } from "./switch.ts";
import { type Before, lookBefore, type Start, unitsToTry } from "./try_out.ts";
import type { Accepted } from "./upgrades.ts";

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

/** An upgrade whose switch is journaled. */
export interface Ready {
  readonly begun: Switch;
  readonly start: Start;
  /** What names are to mean once nothing of the generation before can start any more. */
  readonly images: readonly ImageVersion[];
}

/**
 * Pulls the images, saves the data with the application stopped, and journals the switch; from here on a kill leads back to the generation that
 * stands. Throws where any of that fails: the application runs then as it did, and names mean the images that they meant.
 */
export async function getReady(
  hands: Hands,
  job: UpgradeJob,
): Promise<Ready> {
  const { system } = hands;
  const { generation } = job.manifest;
  await requireWayBackTo(hands, generation);
  const images = await recordImages(system, (await requireGeneration(system, generation)).files);
  updateGenerationRecord(system, generation, { images });
  const pulled = await pullImages(hands, job.prepared.files, images);
  return { ...await saveAndBegin(hands, job, pulled.changed), images: pulled.images };
}

/** There must be a way back before the way forth. */
async function requireWayBackTo({ system }: Hands, number: number): Promise<void> {
  try {
    await requireGeneration(system, number);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const directory = generationDirectory(system, number);
    throw new UserError(`Cannot upgrade, for there would be no way back. ${error.message}`, {
      exit: error.exit,
      hint: `To have it recorded anew: rm -rf ${directory} && ppm setup`,
      cause: error,
    });
  }
  await prepareGeneration(system, number);
}

async function saveAndBegin(hands: Hands, job: UpgradeJob, changed: readonly string[]) {
  const { manifest, prepared } = job;
  const before = await lookBefore(hands.system, manifest);
  const saved = await saveBefore(hands, job, before);
  const running = saved?.units ?? before.running;
  const stopped = [...before.stopped, ...before.running.filter((unit) => !running.includes(unit))];
  const now = { running, stopped, meant: before.meant };
  const { desired, plan } = prepared;
  const outdated = manifest.pending === null ? [...plan.restart, ...changed] : running;
  const start = unitsToTry(now, { from: manifest, to: desired, changed: outdated });
  const standing = { units: manifest.units, target: targetOf(manifest.app) };
  const begun = await begin(hands, job, {
    units: unitsToTry(now, { from: manifest, to: standing, changed: [] }).tried,
    snapshot: saved?.snapshot ?? null,
    tried: start.tried,
  });
  return { begun, start };
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
    const inClone = await fileSizes(system, cloneDirectory(system), manifest.source.commit);
    setAside(system, [...inClone, ...Object.values(manifest.files).map(({ size }) => size)]);
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
      config: configText(system, manifest),
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
