/** What Ctrl-C and Ctrl-Z do to an upgrade or a rollback: both end it, and whoever pressed them is told how it goes on. */
import type { Hands } from "../apply/hands.ts";
import { readFence } from "../backup/fence.ts";
import { readIntent } from "../backup/intent.ts";
import { UserError } from "../errors.ts";
import { endAtKeys } from "../host/terminal_keys.ts";
import type { ReadSystem } from "../host/system.ts";
import { readSwitch } from "./switch.ts";

/**
 * Runs `body`, and ends ppm where a key of the terminal says so. A suspended ppm would hold the lock, and the application down, for as long as nobody
 * remembers it: so it ends, and `ppm-recover.timer` goes on.
 */
export async function whileInterruptible<T>(
  { system, output }: Hands,
  verb: string,
  body: () => Promise<T>,
): Promise<T> {
  const stopListening = endAtKeys(() => {
    output.endProgress();
    output.warn(interruptionWords(system, verb));
  });
  try {
    return await body();
  } finally {
    stopListening();
  }
}

/** Returns what becomes of what was begun: several lines where there is a command to go on with. */
export function interruptionWords(system: ReadSystem, verb: string): string {
  if (isBeingRemoved(system)) return `The ${verb} was interrupted half way. Go on with it: ppm remove`;
  const next = whatComesNext(system);
  if (next === undefined) return `The ${verb} was interrupted before anything was stopped`;
  return `The ${verb} was interrupted: within 20 seconds ${next}. At once: ppm recover. How it ended: ppm history`;
}

function isBeingRemoved(system: ReadSystem): boolean {
  try {
    return readFence(system)?.purpose === "remove";
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function whatComesNext(system: ReadSystem): string | undefined {
  try {
    const found = readSwitch(system);
    if (found?.phase === "trial" && found.attempt === 1) {
      return `generation ${found.other} is tried once more, and generation ${found.goal} comes back if it is not well`;
    }
    if (found !== undefined) return `generation ${found.goal} is brought back`;
    if (readIntent(system) !== undefined) return "what was stopped is started again";
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return "ppm-recover.timer looks after it";
  }
}
