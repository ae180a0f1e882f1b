/** Finishes what an interrupted ppm left undone: the step between two generations first, then a backup's or a restore's. */
import type { Hands } from "../apply/hands.ts";
import { withLock } from "../apply/lock.ts";
import { readFence } from "../backup/fence.ts";
import { renewIntent } from "../backup/intent.ts";
import * as backup from "../backup/recover.ts";
import { RECOVER_TIMER, stopRecovery } from "../backup/pause.ts";
import { finishMove } from "../definition/move_clone.ts";
import { UserError } from "../errors.ts";
import { runSystemctl, systemctl } from "../host/systemd.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { HOLD_FILE } from "../layout.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { goBack, rolledBack, stuck } from "./go_back.ts";
import { finishPulling } from "./images.ts";
import { imagesBeforePull } from "./pull_journal.ts";
import { returnTo } from "./return_to.ts";
import { settleOn } from "./settle_on.ts";
import { freeSpare } from "./spare.ts";
import { hold, INTERRUPTED, readSwitch, release, type Switch, writeSwitch } from "./switch.ts";
import { tryOut } from "./try_out.ts";

/** What was finished. */
export interface Finished {
  /** Whether there was anything to do. */
  readonly any: boolean;
  /** What to tell of an upgrade that was taken back. */
  readonly rolledBack: UserError | undefined;
}

/** Whether something was begun that nobody has finished yet, be it that somebody is at it right now. */
export function isInterrupted(system: ReadSystem): boolean {
  return readSwitch(system) !== undefined || backup.isInterrupted(system) || isHeld(system) ||
    imagesBeforePull(system) !== undefined;
}

/** Finishes what there is, for a caller who holds the lock. Throws where that cannot be done yet. */
export async function finishInterrupted(hands: Hands): Promise<Finished> {
  const { system, clock, output } = hands;
  const found = readSwitch(system);
  if (found !== undefined) return { any: true, rolledBack: await finishSwitch(hands, found) };
  const moved = await finishMove(system, { clock, warn: (sentence) => output.warn(sentence) });
  if (readFence(system) !== undefined) hold(system); // whoever took it away did not lift the fence
  const held = isHeld(system);
  if (held) { // nobody is at anything that it could stand for
    await renewIntent(system); // if the machine was booted since, the target met the hold and has started nothing
    release(system);
  }
  freeSpare(system);
  const pulled = await finishPulling(hands);
  const finished = await backup.finishInterrupted(hands);
  return { any: held || moved || pulled || finished, rolledBack: undefined };
}

/** The same for a verb that has something else to do then: what was taken back is told as a warning. */
export async function settleInterrupted(hands: Hands): Promise<void> {
  const { rolledBack } = await finishInterrupted(hands);
  if (rolledBack !== undefined) hands.output.warn(rolledBack.message);
}

/** Leaves alone what a living ppm is at. */
export async function recover(hands: Hands): Promise<Finished> {
  const { system, clock, output } = hands;
  const nothing: Finished = { any: false, rolledBack: undefined };
  if (!isInterrupted(system)) {
    await stopRecovery(system);
    return nothing;
  }
  try {
    const lock = { verb: "recover", clock, wait: false, onWait: () => {} };
    return await withLock(system, lock, async () => {
      if (readSwitch(system) !== undefined) await comeBack(system);
      return await finishInterrupted(hands);
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error.exit === "locked") {
      output.info(`Nothing to do yet: ${error.message}`);
      return nothing;
    }
    if (wasTold(hands, error)) return nothing;
    throw error;
  }
}

/** Before an application is started or stopped by hand: waits until whoever is at it is done, and finishes what a dead one left. */
export async function waitForPause(hands: Hands, verb: "start" | "stop"): Promise<void> {
  const { system, clock, output } = hands;
  if (!isInterrupted(system)) return;
  const onWait = (holder: string) => output.info(`Waiting until the application is left alone by ${holder}`);
  await withLock(system, { verb, clock, wait: true, onWait }, () => settleInterrupted(hands));
}

/** Returns what to tell where an upgrade was taken back. */
async function finishSwitch(hands: Hands, found: Switch): Promise<UserError | undefined> {
  const { output } = hands;
  if (found.phase === "trial" && found.attempt === 1) return await tryAgain(hands, found);
  if (found.phase === "switching") return await goBack(hands, found, new Error(INTERRUPTED));
  if (found.phase === "trial") {
    return await goBack(hands, found, new Error("its trial was interrupted twice"));
  }
  output.info(`Going on to bring generation ${found.goal} back, which was interrupted`);
  try {
    const returned = await returnTo(hands, found);
    return found.operation === "upgrade" ? rolledBack(found, returned) : returned.failure;
  } catch (error) {
    throw error instanceof UserError ? stuck(found, error) : error;
  }
}

/** A trial that was interrupted says nothing of the new version: it is given one more. */
async function tryAgain(hands: Hands, found: Switch): Promise<UserError | undefined> {
  const { system, output } = hands;
  output.info(`Trying generation ${found.other} once more: its trial was interrupted`);
  const again = writeSwitch(system, { ...found, attempt: 2 });
  try {
    release(system);
    await tryOut(hands, requireManifest(system), { tried: again.tried, restart: again.tried });
  } catch (error) {
    return await goBack(hands, again, error);
  }
  await settleOn(hands, again);
  return undefined;
}

/** At boot nothing else would come back to what cannot be done yet. */
async function comeBack(system: System): Promise<void> {
  await runSystemctl(system, {
    ...systemctl("start", [RECOVER_TIMER], { noBlock: true }),
    accept: [0, 1, 5],
  });
}

/** Whether the same was said before; remembers it if not. A timer that tries every 20 seconds must not write as many mails. */
function wasTold({ system, output }: Hands, { message }: UserError): boolean {
  const found = readSwitch(system);
  if (found === undefined) return false;
  if (found.told === message) {
    output.info(`Still so: ${message}`);
    return true;
  }
  writeSwitch(system, { ...found, told: message });
  return false;
}

/** Whether a hold stands that no fence has put there. */
function isHeld(system: ReadSystem): boolean {
  return system.lstat(`${system.user.home}/${HOLD_FILE}`) !== undefined && readFence(system) === undefined;
}
