/** Whether there is room for a way back: data that has to be restored stands beside what the new version has left. */
import type { Hands } from "../apply/hands.ts";
import { readRecord } from "../backup/record.ts";
import { UserError } from "../errors.ts";
import { freeBytes } from "../host/disk_space.ts";
import type { ReadSystem } from "../host/system.ts";
import { size } from "../ui/units_of_measure.ts";

/** Throws (exit code 8) where `data/` could not be brought back for want of room and nobody watches; who does is warned. */
export async function requireWayBack(
  { system, output }: Hands<ReadSystem>,
  { scheduled }: { readonly scheduled: boolean },
): Promise<void> {
  const bytes = readRecord(system).expected?.bytes ?? 0;
  const free = await freeBytes(system, system.user.home);
  if (bytes <= free) return;
  const why = `data/ takes ${size(bytes)}, ${
    size(free)
  } are free, and going back with the data needs room for both`;
  if (!scheduled) {
    return output.warn(`Should the new version fail, it cannot be taken back at once: ${why}`);
  }
  throw new UserError(`Cannot upgrade unattended: ${why}`, {
    exit: "refused",
    hint: "Make room (df -h, ppm clean), or upgrade while you watch: ppm upgrade --apply",
  });
}
