/** Follows a pass or a restore. */
import { parsePassMessage, type PassMessage, type Progress } from "./messages.ts";

/** What whoever waits for a pass or a restore can do. */
export interface ResticWatch {
  onProgress?(progress: Progress): void;
  /** Ends restic when it is aborted. */
  readonly signal?: AbortSignal;
}

/** Lines that are no message, such as `signal interrupt received, cleaning up`, are few; more than this is something else than restic. */
const MAX_NOISE = 1_000;

/**
 * Returns a reader of lines that gives what it understands to `onMessage`. A line that cannot be read does not end a pass that goes on for
 * hours: what counts is the summary, whose lack is a failure. Throws TypeError for more than `maxNoise` of them.
 */
export function readMessages(
  onMessage: (message: PassMessage) => void,
  { maxNoise = MAX_NOISE } = {},
): (line: string) => void {
  let noise = 0;
  return (line) => {
    const message = tryParse(line);
    if (message === "noise" && ++noise > maxNoise) throw new TypeError("it goes on and on");
    if (message !== "noise" && message !== undefined) onMessage(message);
  };
}

function tryParse(line: string): PassMessage | undefined | "noise" {
  try {
    return line.startsWith("{") ? parsePassMessage(line) : "noise";
  } catch {
    return "noise";
  }
}

/** The commands that print text print a few dozen lines, or one for each of the faults they find. */
const MAX_LINES = 100_000;

/** Returns a reader of lines of text that gives them to `onLine`. Throws TypeError for text without end. */
export function readText(onLine: (line: string) => void): (line: string) => void {
  let lines = 0;
  return (line) => {
    if (++lines > MAX_LINES) throw new TypeError("it goes on and on");
    onLine(line);
  };
}
