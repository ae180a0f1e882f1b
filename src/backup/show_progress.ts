/** How far something that moves data is: bytes, rate and remaining time. */
import type { Hands } from "../apply/hands.ts";
import type { Progress } from "../host/restic/messages.ts";
import type { ReadSystem } from "../host/system.ts";
import { size, span } from "../ui/units_of_measure.ts";

/** Returns what shows each `Progress` after the words `what`. */
export function showProgress(
  { clock, output }: Hands<ReadSystem>,
  what: string,
): (progress: Progress) => void {
  const begin = clock.elapsed();
  return (progress) => output.progress(what, progressWords(progress, clock.elapsed() - begin));
}

/** Returns `120 MiB of 2 GiB (6 %), 60 MiB/s, 32 seconds left`. Pure. */
export function progressWords({ bytesDone, bytesTotal }: Progress, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? bytesDone / elapsedMs : 0;
  const share = bytesTotal > 0
    ? ` of ${size(bytesTotal)} (${Math.floor(100 * bytesDone / bytesTotal)} %)`
    : "";
  const left = rate > 0 && bytesTotal > bytesDone ? `, ${span((bytesTotal - bytesDone) / rate)} left` : "";
  return `${size(bytesDone)}${share}, ${size(rate * 1000)}/s${left}`;
}
