/** Whether ppm runs in a unit that it is about to stop: it would be ended in the middle of its own work. */
import { UserError } from "../errors.ts";
import { readProc } from "../host/proc.ts";
import type { ReadSystem } from "../host/system.ts";

/** Returns those of `units` that a process is in whose `/proc/self/cgroup` says `text`: `0::/user.slice/…/app.slice/web.service`. Pure. */
export function unitsAround(text: string, units: readonly string[]): readonly string[] {
  const around = text.split("\n").flatMap((line) => line.slice(line.lastIndexOf(":") + 1).split("/"));
  return units.filter((unit) => around.includes(unit));
}

/** Throws (exit code 2) where this very process is part of one of `units`. */
export async function requireOutside(system: ReadSystem, units: readonly string[]): Promise<void> {
  const [unit] = unitsAround(await readProc(system, "/proc/self/cgroup"), units);
  if (unit === undefined) return;
  throw new UserError(`Cannot remove the application from within ${unit}: that is stopped for it`, {
    exit: "usage",
    hint: `Run it in a login of ${system.user.name}: ppm remove`,
  });
}
