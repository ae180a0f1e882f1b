/** What systemd makes of a calendar expression that a definition asks for. */
import { addFault, type Place } from "../config/place.ts";
import type { Problems } from "../config/problems.ts";
import { parseElapses, systemdCalendar } from "../host/systemd.ts";
import type { ReadSystem } from "../host/system.ts";

/**
 * Returns the longest time between two of the next moments at which `expression` elapses, in milliseconds. Adds a problem at `place`, and
 * returns undefined, if systemd cannot read it, or reads it as never or once.
 */
export async function largestGap(
  system: ReadSystem,
  expression: string,
  place: Place,
  problems: Problems,
): Promise<number | undefined> {
  const { code, stdout } = await system.run(systemdCalendar(expression));
  if (code !== 0) {
    return addFault(problems, place, "must be a calendar expression as systemd.time(7) describes them");
  }
  const times = parseElapses(stdout);
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? time));
  if (gaps.length === 0) return addFault(problems, place, "must elapse again and again: this one does not");
  return Math.max(...gaps);
}
