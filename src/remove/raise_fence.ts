/**
 * The fence around an application that leaves this server: it is stopped, saved, the snapshot proven, and held down. The hold comes before the
 * proof, so that nothing is written that the snapshot does not have; the fence after it: whatever ends the run before, the application runs again.
 */
import type { Hands } from "../apply/hands.ts";
import { drill } from "../backup/drill.ts";
import { type Fence, readFence, writeFence } from "../backup/fence.ts";
import { removeIntent } from "../backup/intent.ts";
import { resume, runningUnits, stopRecovery, whilePaused } from "../backup/pause.ts";
import { saveAndStop } from "../backup/save_and_stop.ts";
import { publishTimes } from "../backup/state_times.ts";
import { identityOf } from "../backup/tags.ts";
import type { BackupConfig } from "../config/config.ts";
import { UserError } from "../errors.ts";
import { FENCE_FILE } from "../layout.ts";
import { readTimes } from "../neighbours/published_times.ts";
import type { Manifest } from "../plan/manifest.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { hold, release } from "../upgrade/switch.ts";
import { entryCount, size } from "../ui/units_of_measure.ts";

/** What is to be fenced. */
export interface FenceJob {
  readonly manifest: Manifest;
  /** Where the last snapshot goes; undefined: none is made. */
  readonly backup: BackupConfig | undefined;
  readonly purpose: Fence["purpose"];
  /** Whether a removal takes `data/` too. */
  readonly data: boolean;
}

/**
 * Stops, saves, holds, proves; returns the fence that stands then. Throws where any of that fails: what ran runs again, unless a fence stood
 * before, which stays. Whoever calls it holds the lock.
 */
export async function raiseFence(hands: Hands, job: FenceJob): Promise<Fence> {
  const { system, clock, output } = hands;
  const { manifest, purpose, data } = job;
  const snapshot = await saveLast(hands, job);
  hold(system);
  try {
    await requireDown(hands, manifest);
    if (snapshot !== null) await prove(hands, job, snapshot);
  } catch (error) {
    if (readFence(system) === undefined) release(system);
    await resume(hands, manifest);
    throw error;
  }
  const fence = writeFence(system, {
    version: 1,
    purpose,
    time: new Date(clock.now()).toISOString(),
    snapshot,
    data,
  });
  removeIntent(system); // what it names is not to be started any more
  await stopRecovery(system);
  await publishTimes(system, requireManifest(system), readTimes(system));
  output.info(`${manifest.app.name} is down, and held`);
  return fence;
}

/** Takes the fence and its hold away. Whoever calls it holds the lock. */
export async function lowerFence(
  system: Hands["system"],
  manifest: Manifest,
): Promise<void> {
  system.removeFile(`${system.user.home}/${FENCE_FILE}`); // a hold alone is released by whoever comes next
  release(system);
  await publishTimes(system, manifest, readTimes(system));
}

/** Returns the snapshot of the stopped application; null where none is to be made, and it is only stopped. */
async function saveLast(hands: Hands, { manifest, backup, purpose }: FenceJob): Promise<string | null> {
  const policy = manifest.backup;
  if (policy !== null && backup !== undefined) {
    const { saved, scan } = await saveAndStop(hands, {
      manifest,
      policy,
      backup,
      leavesStoppedFor: "fence",
    }, purpose === "move" ? `fence "${manifest.app.name}"` : `remove "${manifest.app.name}"`);
    const { entries, bytes } = scan;
    hands.output.info(
      `Saved as snapshot ${saved.snapshot.slice(0, 8)}: ${entryCount(entries)}, ${size(bytes)}`,
    );
    return saved.snapshot;
  }
  hands.output.info("Stopping the application");
  const pause = { manifest, operation: "fence", leavesStopped: true } as const;
  await whilePaused(hands, pause, () => Promise.resolve());
  return null;
}

/** Between the stop and the hold somebody may have started something. */
async function requireDown({ system }: Hands, manifest: Manifest): Promise<void> {
  const running = await runningUnits(system, manifest);
  if (running.length === 0) return;
  throw new UserError(
    `Cannot hold "${manifest.app.name}" down: somebody has started ${running.join(", ")} meanwhile`,
    { exit: "backup", hint: "Try again" },
  );
}

async function prove(hands: Hands, { manifest, backup }: FenceJob, snapshot: string): Promise<void> {
  if (backup === undefined) return;
  hands.output.info("Proving it: restoring it beside data/, and comparing");
  const identity = await identityOf(manifest);
  const { durationMs } = await drill(hands, { backup, identity, wanted: snapshot });
  hands.output.info(`Proven: it came back whole, in ${(durationMs / 1000).toFixed(1)} s`);
}
