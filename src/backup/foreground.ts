/** `ppm backup --foreground`: what the unit runs. Tells systemd that it is alive, takes the lock, makes the backup, and records how it went. */
import type { Hands } from "../apply/hands.ts";
import { withLock } from "../apply/lock.ts";
import { UserError } from "../errors.ts";
import { whileAlive } from "./alive.ts";
import { type Fence, fenceWords, readFence } from "./fence.ts";
import { type BackupJob, makeBackup, publishBackup } from "./make_backup.ts";
import { Narrator } from "./narrator.ts";
import { type LastRun, readRecord, updateRecord } from "./record.ts";
import { changesOf } from "./record_run.ts";

/** How the run is prepared, with the lock held. What either fails with is recorded. */
export interface ForegroundOptions {
  /** Finishes what an interrupted ppm left undone. */
  readonly settle: () => Promise<unknown>;
  /** Reads what the backup is about. */
  readonly load: () => BackupJob;
}

/** Makes a backup and returns its record. */
export async function backUpInForeground(hands: Hands, options: ForegroundOptions): Promise<LastRun> {
  const { system, clock, output } = hands;
  const lock = {
    verb: "backup",
    clock,
    wait: true,
    onWait: (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`),
  };
  return await whileAlive(hands, () => withLock(system, lock, () => recorded(hands, options)));
}

async function recorded(hands: Hands, { settle, load }: ForegroundOptions): Promise<LastRun> {
  const { system, clock } = hands;
  const invocation = system.environment("INVOCATION_ID") ?? "";
  let last: LastRun;
  try {
    await settle();
    last = await unlessFenced(hands, invocation, load);
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

/** A timer may elapse, and a run may have waited for the lock, while the application was fenced. */
async function unlessFenced(
  hands: Hands,
  invocation: string,
  load: ForegroundOptions["load"],
): Promise<LastRun> {
  const { system, clock } = hands;
  const fence = readFence(system);
  if (fence !== undefined) {
    const last = { ...nothingSaved(fence), time: clock.now(), invocation };
    updateRecord(system, { last });
    return last;
  }
  const job = load();
  const made = await makeBackup(hands, job, new Narrator(hands, invocation));
  const changes = changesOf(made, readRecord(system), { invocation, nowMs: clock.now() });
  updateRecord(system, changes);
  if (changes.good !== undefined) await publishBackup(hands, job);
  return changes.last;
}

/** Returns the run of a backup that a fence leaves nothing to do. */
export function nothingSaved(fence: Fence): LastRun {
  return {
    time: Date.parse(fence.time),
    invocation: "",
    outcome: "done",
    kind: null,
    snapshot: null,
    message: `Nothing to do: the application ${fenceWords(fence)}`,
    hint: null,
  };
}
