/** Finishes what an interrupted ppm left undone, so that the application runs again. Needs neither config.yml nor the repository. */
import type { Hands } from "../apply/hands.ts";
import { withLock } from "../apply/lock.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";
import { readManifest } from "../plan/read_manifest.ts";
import { isOfEarlierBoot, readIntent, removeIntent, writeIntent } from "./intent.ts";
import { resume, runningUnits, stopRecovery, stopUnits } from "./pause.ts";
import { finishSwap, readSwap } from "./swap.ts";

/** Whether something was begun that nobody has finished yet, be it that somebody is at it right now. */
export function isInterrupted(system: ReadSystem): boolean {
  return readIntent(system) !== undefined || readSwap(system) !== undefined;
}

/**
 * Finishes the swap that was interrupted, then starts what was stopped for it or for a backup; after a reboot the target has done that.
 * Leaves alone what a living ppm is at. Says whether there was anything to do.
 */
export async function recover(hands: Hands): Promise<boolean> {
  const { system, clock, output } = hands;
  if (!isInterrupted(system)) {
    await stopRecovery(system);
    return false;
  }
  try {
    const lock = { verb: "recover", clock, wait: false, onWait: () => {} };
    return await withLock(system, lock, () => finishInterrupted(hands));
  } catch (error) {
    if (!(error instanceof UserError) || error.exit !== "locked") throw error;
    output.info(`Nothing to do yet: ${error.message}`);
    return false;
  }
}

/** The same for a caller who holds the lock already. */
export async function finishInterrupted(hands: Hands): Promise<boolean> {
  const { system, output } = hands;
  const manifest = knownManifest(system);
  const swapped = readSwap(system) !== undefined;
  if (swapped) {
    await stopForSwap(hands, manifest);
    finishSwap(system);
    output.info("Put the restored data in place, which an interrupted restore had begun");
  }
  const intent = readIntent(system);
  if (intent === undefined) return swapped;
  if (await isOfEarlierBoot(system, intent)) removeIntent(system);
  else {output.info(
      `Starting what an interrupted ${intent.operation} had stopped: ${intent.units.join(", ")}`,
    );}
  await resume(hands, manifest);
  return true;
}

/**
 * After a power cut in a restore the target starts the application with the data that is about to be replaced, or fails to, for want of any:
 * what runs and what was to run is stopped, and an intent of this life of the machine says that it is to be started.
 */
async function stopForSwap(hands: Hands, manifest: Manifest | undefined): Promise<void> {
  const { system, clock } = hands;
  const intent = readIntent(system);
  const running = manifest === undefined ? [] : await runningUnits(system, manifest);
  const isRebooted = intent !== undefined && await isOfEarlierBoot(system, intent);
  if (running.length === 0 && !isRebooted) return;
  const units = [...new Set([...(intent?.units ?? []), ...running])];
  await writeIntent(system, { operation: "restore", units, time: new Date(clock.now()).toISOString() });
  await stopUnits(hands, manifest, units);
}

/** A manifest that cannot be read must not keep the application down. */
function knownManifest(system: ReadSystem): Manifest | undefined {
  try {
    return readManifest(system);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Before an application is started by hand: waits until whoever has stopped it is done, and finishes what a dead one left. */
export async function waitForPause(hands: Hands): Promise<void> {
  const { system, clock, output } = hands;
  if (!isInterrupted(system)) return;
  const onWait = (holder: string) =>
    output.info(`Waiting until the application may run again: it was stopped by ${holder}`);
  await withLock(system, { verb: "start", clock, wait: true, onWait }, () => finishInterrupted(hands));
}
