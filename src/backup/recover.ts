/** Finishes what an interrupted ppm left undone, so that the application runs again. Needs neither config.yml nor the repository. */
import type { Hands } from "../apply/hands.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";
import { readManifest } from "../plan/read_manifest.ts";
import { readFence } from "./fence.ts";
import { isOfEarlierBoot, readIntent, removeIntent, writeIntent } from "./intent.ts";
import { resume, runningUnits, stopRecovery, stopUnits } from "./pause.ts";
import { finishSwap, readSwap } from "./swap.ts";

/** Whether something was begun that nobody has finished yet, be it that somebody is at it right now. */
export function isInterrupted(system: ReadSystem): boolean {
  return readIntent(system) !== undefined || readSwap(system) !== undefined;
}

/**
 * Finishes the swap that was interrupted, then starts what was stopped for it or for a backup; after a reboot the target has done that. For a caller
 * who holds the lock. Says whether there was anything to do.
 */
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
  if (readFence(system) !== undefined) { // it was raised after all that was stopped, and stays up
    removeIntent(system);
    await stopRecovery(system);
    return true;
  }
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
