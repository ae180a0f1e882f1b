/** Shows how far a restore is: a bar with bytes, rate and remaining time. */
import type { Hands } from "../apply/hands.ts";
import type { Progress } from "../host/restic/messages.ts";
import type { ReadSystem } from "../host/system.ts";
import { toBar } from "./progress_file.ts";

/** Returns what shows each `Progress` after the words `text`. */
export function showProgress(
  { clock, output }: Hands<ReadSystem>,
  text: string,
): (progress: Progress) => void {
  const begin = clock.elapsed();
  return (pass) => output.bar(toBar({ text, pass, passMs: clock.elapsed() - begin }));
}
