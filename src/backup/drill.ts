/** Proves the backup: restores the newest good snapshot beside `data/`, compares it, takes the time, and removes it. The application runs on. */
import type { Hands } from "../apply/hands.ts";
import type { BackupConfig } from "../config/config.ts";
import { UserError } from "../errors.ts";
import type { FileLock, System } from "../host/system.ts";
import { DRILL_LOCK_FILE, DRILL_PREFIX } from "../layout.ts";
import { type DrillRecord, writeDrill } from "./drill_record.ts";
import { pickSnapshot } from "./pick.ts";
import { restoreInto } from "./restore.ts";
import type { Identity } from "./snapshot.ts";
import { openRepository } from "./open_repository.ts";
import { openSource } from "./source.ts";
import { newStaging, removeRestored, removeStagings } from "./staging.ts";

/** Whose backup is to be proven. */
export interface DrillRequest {
  readonly backup: BackupConfig;
  readonly identity: Identity;
  /** The id, which may be shortened, of the snapshot that is to be proven. @default the newest good one */
  readonly wanted?: string;
}

/** Runs a drill and records it, however it ends; throws what it ended with. Takes a lock of its own: backups need not wait for it. */
export async function drill(hands: Hands, request: DrillRequest): Promise<DrillRecord> {
  const { system, clock } = hands;
  const lock = takeLock(hands);
  const tried: { snapshot: string | null } = { snapshot: null };
  const record = (rest: Pick<DrillRecord, "durationMs" | "entries" | "bytes" | "outcome" | "message">) => {
    const whole: DrillRecord = { version: 1, time: clock.now(), snapshot: tried.snapshot, ...rest };
    writeDrill(system, whole);
    return whole;
  };
  try {
    await removeStagings(system, DRILL_PREFIX);
    const restored = await tryOut(hands, request, tried);
    return record({ ...restored, outcome: "done", message: "" });
  } catch (error) {
    if (error instanceof UserError) {
      try {
        record({ durationMs: 0, entries: 0, bytes: 0, outcome: error.exit, message: error.message });
      } catch (unrecorded) { // on a full disk, say: what the drill failed with is worth more
        if (!(unrecorded instanceof UserError)) throw unrecorded;
        hands.output.error(unrecorded.message);
      }
    }
    throw error;
  } finally {
    lock.release();
  }
}

async function tryOut(
  hands: Hands,
  { backup, identity, wanted }: DrillRequest,
  tried: { snapshot: string | null },
) {
  const { system } = hands;
  const repository = openRepository(hands, backup);
  const { snapshot } = await pickSnapshot(hands, { repository, identity, wanted });
  tried.snapshot = snapshot.id;
  const target = `${system.user.home}/${newStaging(DRILL_PREFIX)}`;
  try {
    return await restoreInto(hands, openSource(hands, backup, snapshot), target);
  } finally {
    hands.output.progress("Removing what the drill has restored");
    await removeRestored(system, target);
    hands.output.endProgress();
  }
}

/** Takes the drill's lock; undefined: somebody else holds it. */
export function tryDrillLock(system: System, note: string): FileLock | undefined {
  return system.tryLock(`${system.user.home}/${DRILL_LOCK_FILE}`, note);
}

function takeLock({ system, clock }: Hands): FileLock {
  const lock = tryDrillLock(
    system,
    `ppm drill, pid ${Deno.pid}, since ${new Date(clock.now()).toISOString()}\n`,
  );
  if (lock !== undefined) return lock;
  throw new UserError("Cannot begin a drill: another one is at work", {
    exit: "locked",
    hint: "Wait until that has ended, then see what it found: ppm status",
  });
}
