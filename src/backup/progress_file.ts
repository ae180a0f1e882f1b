/** `/run/user/UID/ppm/backup.json`: how far a running backup is, for whoever follows it. Worth nothing once the run has ended. */
import type { Progress } from "../host/restic/messages.ts";
import { readRuntimeFile, writeRuntimeFile } from "../host/runtime_file.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { nullable, number, oneOf, shape, text } from "../host/check_json.ts";
import type { Bar } from "../ui/progress_bar.ts";

const NAME = "backup.json";

/** Where a run is. */
export interface RunProgress {
  readonly version: 1;
  /** systemd's INVOCATION_ID of the unit's run. */
  readonly invocation: string;
  /** What it is doing, for people. */
  readonly text: string;
  /** How far the pass is; null where it is doing something else. */
  readonly pass: Progress | null;
  /** How long the pass has been going on, in milliseconds. */
  readonly passMs: number;
}

const RUN_PROGRESS = shape<RunProgress>({
  version: oneOf(1),
  invocation: text,
  text,
  pass: nullable(
    shape<Progress>({ filesDone: number, filesTotal: number, bytesDone: number, bytesTotal: number }),
  ),
  passMs: number,
});

export function writeRunProgress(system: System, progress: Omit<RunProgress, "version">): void {
  writeRuntimeFile(system, NAME, JSON.stringify({ version: 1, ...progress }));
}

/** Returns how far the run `invocation` is; undefined where it has not said so, or another one has. */
export function readRunProgress(system: ReadSystem, invocation: string): RunProgress | undefined {
  try {
    const progress = RUN_PROGRESS(JSON.parse(readRuntimeFile(system, NAME) ?? ""), "");
    return progress.invocation === invocation ? progress : undefined;
  } catch {
    return undefined; // a courtesy: the run itself does not depend on it
  }
}

/** Returns what a bar shows of it: the rate since the pass began, and how long the rest takes at that rate. Pure. */
export function toBar({ text, pass, passMs }: Pick<RunProgress, "text" | "pass" | "passMs">): Bar {
  if (pass === null) return { text, done: 0, total: 0 };
  const { bytesDone, bytesTotal } = pass;
  if (passMs < 1000 || bytesDone === 0) return { text, done: bytesDone, total: bytesTotal };
  const bytesPerSecond = bytesDone / passMs * 1000;
  const remainingMs = Math.max(0, bytesTotal - bytesDone) / bytesPerSecond * 1000;
  return { text, done: bytesDone, total: bytesTotal, bytesPerSecond, remainingMs };
}
