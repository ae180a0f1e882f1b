/** What runs in a unit of `Type=notify` tells systemd that it is alive; what hangs is killed then, and something outside starts the application. */
import type { Hands } from "../apply/hands.ts";
import { UserError } from "../errors.ts";
import { notify } from "../host/notify.ts";
import type { System } from "../host/system.ts";
import { beside } from "./beside.ts";

/** How often systemd hears of it: the unit's `WatchdogSec=` is more than four times as long. */
const ALIVE_MS = 10_000;

/** Runs `body` to its end, and tells systemd all the while, where it listens. */
export async function whileAlive<T>({ system, clock }: Hands, body: () => Promise<T>): Promise<T> {
  await notify(system, "READY=1");
  return await beside(clock, { everyMs: ALIVE_MS, tick: () => tellAlive(system) }, body);
}

/** One word that gets lost is no harm: the next one follows before systemd loses patience. */
async function tellAlive(system: System): Promise<void> {
  try {
    await notify(system, "WATCHDOG=1");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
