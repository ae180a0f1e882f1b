/** One pass of a backup: restic saves files, and says how far it is. */
import type { Repository } from "./access.ts";
import { backup, type PassOptions } from "./commands.ts";
import type { PassSummary } from "./messages.ts";
import { notUnderstood, runRestic, understand } from "./run.ts";
import { readMessages, type ResticWatch } from "./watch.ts";

/** How a pass ended. */
export interface PassResult {
  /** As restic names it: 8 digits before 0.15, the full id since; null where it says that it made none. */
  readonly snapshot: string | null;
  /** Some files could not be read and are not in the snapshot. */
  readonly incomplete: boolean;
  /** Files in it. */
  readonly entries: number;
  readonly bytes: number;
  /** What the repository grew by, before compression. */
  readonly addedBytes: number;
  /** What restic could not read, as it says it; at most 100 lines. */
  readonly complaints: readonly string[];
}

const MAX_COMPLAINTS = 100;

/**
 * Saves files from the home directory. Throws ResticError for everything but a whole snapshot (exit code 0) and one that lacks files that
 * could not be read (3), and where the summary is missing.
 */
export async function backUp(
  repository: Repository,
  options: PassOptions,
  watch: ResticWatch = {},
): Promise<PassResult> {
  const command = backup(options);
  const complaints: string[] = [];
  let summary: PassSummary | undefined;
  const read = readMessages((message) => {
    if (message.kind === "progress") watch.onProgress?.(message.progress);
    else if (message.kind === "summary") summary = message.summary;
    else complaints.push(message.text);
  });
  const { code, stderr } = await runRestic(repository, command, {
    onLine: (line) => understand(command, () => read(line)),
    ...(watch.signal === undefined ? {} : { signal: watch.signal }),
  });
  if (summary === undefined) throw notUnderstood(command, "it has no summary");
  if (summary.snapshot === null && code === 0) throw notUnderstood(command, "it names no snapshot");
  return {
    ...summary,
    incomplete: code !== 0,
    complaints: [...complaints, ...readComplaints(stderr)].slice(0, MAX_COMPLAINTS),
  };
}

/** What restic could not read stands on standard error, as JSON. */
function readComplaints(stderr: string): readonly string[] {
  const found: string[] = [];
  const read = readMessages((message) => {
    if (message.kind === "complaint") found.push(message.text);
  }, { maxNoise: Infinity });
  stderr.split("\n").forEach(read);
  return found;
}
