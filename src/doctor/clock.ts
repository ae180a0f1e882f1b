/** Whether this server's clock can be right. Nobody here knows the time; but what was written before was written before. */
import { readRecord } from "../backup/record.ts";
import { UserError } from "../errors.ts";
import { type Finding, findingsOf, guarded } from "./finding.ts";
import type { Ground } from "./ground.ts";
import { type ServerUnits, stateOf, TIME_SERVICES } from "./server_units.ts";

/** Clocks that are set go back a little. */
const TOLERANCE_MS = 5 * 60_000;

const WHY =
  "Timers of backups and upgrades go by it, and by their dates snapshots are kept, forgotten and chosen for a restore.";

/** Looks at the date, and at what sets it. */
export async function examineClock(
  ground: Ground,
  server: Promise<ServerUnits>,
): Promise<readonly Finding[]> {
  const past = judgeClock(ground.nowMs, newestMoment(ground));
  return past.state === "good" ? [past, ...await guarded("clock", () => examineSync(server))] : [past];
}

/** Judges `nowMs` by the newest moment, in milliseconds since the epoch, that was noted on this server. Pure. */
export function judgeClock(nowMs: number, newestMs: number): Finding {
  const { good, wrong } = findingsOf("clock");
  const now = new Date(nowMs).toISOString();
  if (nowMs >= newestMs - TOLERANCE_MS) return good(`it is ${now}`);
  const newest = new Date(newestMs).toISOString();
  return wrong(`it is ${now}, and yet something was done here at ${newest}`, {
    why: WHY,
    advice: "If the clock is wrong now, not then:",
    rootSteps: [setting],
  });
}

const setting = {
  command: "timedatectl set-ntp true",
  reason: "has the clock set from the network",
  undo: "timedatectl set-ntp false",
};

function newestMoment({ system, manifest }: Ground): number {
  if (manifest === undefined) return 0;
  const { good, last } = recordOf(system);
  return Math.max(Date.parse(manifest.time), good?.time ?? 0, last?.time ?? 0);
}

/** What cannot be understood is found by the check of the backups. */
function recordOf(system: Ground["system"]): Pick<ReturnType<typeof readRecord>, "good" | "last"> {
  try {
    return readRecord(system);
  } catch (error) {
    if (error instanceof UserError) return { good: null, last: null };
    throw error;
  }
}

/** In a virtual machine or a container the host may set the clock: so this is a note. */
export async function examineSync(server: Promise<ServerUnits>): Promise<readonly Finding[]> {
  const { note } = findingsOf("clock");
  const units = await server;
  if (TIME_SERVICES.some((unit) => stateOf(units, unit) === "active")) return [];
  return [note("nothing that this server's systemd runs sets the clock", {
    why: WHY,
    advice: "Unless the machine that this one runs in does so: install systemd-timesyncd or chrony",
  })];
}
