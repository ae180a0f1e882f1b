/** Brings a snapshot back, verified by restic. */
import { bytesWritten } from "../process_io.ts";
import type { Repository } from "./access.ts";
import { restore } from "./commands.ts";
import { isOlder, type ResticVersion } from "./outcome.ts";
import { resticVersion, runRestic, understand } from "./run.ts";
import { readMessages, readText, type ResticWatch } from "./watch.ts";

/** The first release that tells how far a restore is. */
const TELLS_PROGRESS: ResticVersion = { major: 0, minor: 17, patch: 0 };

/** How often an older one is looked at. */
const POLL_MS = 1_000;

/**
 * Restores a snapshot (full id) into the directory `target`, absolute, which restic makes where it does not exist. Every file is read again
 * afterwards and compared with the repository. Before 0.17 restic says nothing on its way: progress is then what it has written so far,
 * without totals (they are 0). Throws ResticError for everything that was not restored.
 */
export async function restoreSnapshot(
  repository: Repository,
  id: string,
  target: string,
  watch: ResticWatch = {},
): Promise<void> {
  const json = !isOlder(await resticVersion(repository.system), TELLS_PROGRESS);
  const command = restore(id, target, { json });
  const read = json
    ? readMessages((message) => {
      if (message.kind === "progress") watch.onProgress?.(message.progress);
    })
    : readText(() => {});
  const polling = new AbortController();
  let polled: Promise<void> | undefined;
  try {
    await runRestic(repository, command, {
      onStart: (pid) => {
        if (!json && watch.onProgress) polled = poll(repository, pid, watch, polling.signal);
      },
      onLine: (line) => understand(command, () => read(line)),
      ...(watch.signal === undefined ? {} : { signal: watch.signal }),
    });
  } finally {
    polling.abort();
    await polled;
  }
}

/** Tells what the processes below `pid` have written, until `end`. */
async function poll(
  { system }: Repository,
  pid: number,
  watch: ResticWatch,
  end: AbortSignal,
): Promise<void> {
  while (await pause(end)) {
    const bytesDone = await bytesWritten(system, pid);
    if (bytesDone !== undefined && !end.aborted) {
      watch.onProgress?.({ filesDone: 0, filesTotal: 0, bytesDone, bytesTotal: 0 });
    }
  }
}

/** Waits a moment; false when `end` came first. */
function pause(end: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      end.removeEventListener("abort", stop);
      resolve(true);
    }, POLL_MS);
    end.addEventListener("abort", stop, { once: true });
    if (end.aborted) stop();
  });
}
