/** `ppm backup --foreground`: what the unit runs. Tells systemd that it is alive, takes the lock, makes the backup, and records how it went. */
import type { Hands } from "../apply/hands.ts";
import { withLock } from "../apply/lock.ts";
import { UserError } from "../errors.ts";
import { notify } from "../host/notify.ts";
import type { System } from "../host/system.ts";
import { beside } from "./beside.ts";
import { type BackupJob, makeBackup, publishBackup } from "./make_backup.ts";
import { Narrator } from "./narrator.ts";
import { type LastRun, readRecord, updateRecord } from "./record.ts";
import { changesOf } from "./record_run.ts";

/** How often systemd hears that ppm is alive: the unit's `WatchdogSec=` is more than four times as long. */
const ALIVE_MS = 10_000;

/** Makes a backup and returns its record. `load` reads what it is about; what that fails with is recorded too. */
export async function backUpInForeground(hands: Hands, load: () => BackupJob): Promise<LastRun> {
  const { system, clock, output } = hands;
  await notify(system, "READY=1");
  const lock = {
    verb: "backup",
    clock,
    wait: true,
    onWait: (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`),
  };
  return await beside(
    clock,
    { everyMs: ALIVE_MS, tick: () => tellAlive(system) },
    () => withLock(system, lock, () => recorded(hands, load)),
  );
}

/** One word that gets lost is no harm: the next one follows before systemd loses patience. */
async function tellAlive(system: System): Promise<void> {
  try {
    await notify(system, "WATCHDOG=1");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

async function recorded(hands: Hands, load: () => BackupJob): Promise<LastRun> {
  const { system, clock } = hands;
  const invocation = system.environment("INVOCATION_ID") ?? "";
  let last: LastRun;
  try {
    const job = load();
    const made = await makeBackup(hands, job, new Narrator(hands, invocation));
    const changes = changesOf(made, readRecord(system), { invocation, nowMs: clock.now() });
    updateRecord(system, changes);
    if (changes.good !== undefined) await publishBackup(hands, job);
    last = changes.last;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    last = {
      time: clock.now(),
      invocation,
      outcome: error.exit,
      kind: null,
      snapshot: null,
      message: error.message,
      hint: error.hint ?? null,
    };
    updateRecord(system, { last });
  }
  return last;
}
