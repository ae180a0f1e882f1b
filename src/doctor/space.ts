/** Whether there is room where this application writes: bytes, and inodes. */
import { type DiskSpace, diskSpace } from "../host/disk_space.ts";
import type { ReadSystem } from "../host/system.ts";
import { namesKept } from "../backup/kept_aside.ts";
import { size } from "../ui/units_of_measure.ts";
import { type Finding, findingsOf } from "./finding.ts";
import type { Ground } from "./ground.ts";

/** On a large disk this is enough for a day; on a small one a part of it. */
const LEAST_BYTES = 1024 ** 3;
const LEAST_PART = 0.05;

/** Looks at the home directory, and at a repository on another file system of this machine. */
export async function examineSpace({ system, config }: Ground): Promise<readonly Finding[]> {
  const repository = config?.backup?.repository.replace(/^local:/, "");
  const local = repository?.startsWith("/") && system.lstat(repository) !== undefined ? [repository] : [];
  const mend = namesKept(system).length > 0 ? ["ppm clean"] : [];
  return await examineFileSystems(system, [system.user.home, ...local], mend);
}

/** Looks at the file systems of `paths`, at each once. */
export async function examineFileSystems(
  system: ReadSystem,
  paths: readonly string[],
  mend: readonly string[] = [],
): Promise<readonly Finding[]> {
  const devices = paths.map((path) => system.lstat(path)?.device);
  const different = paths.filter((_, at) => devices[at] !== undefined && devices.indexOf(devices[at]) === at);
  return await Promise.all(
    different.map(async (path) => judgeSpace(path, await diskSpace(system, path), mend)),
  );
}

/** Judges the room on the file system of `path`. Pure. */
export function judgeSpace(path: string, space: DiskSpace, mend: readonly string[] = []): Finding {
  const { good, wrong } = findingsOf("space");
  const { freeBytes, totalBytes, freeInodes, totalInodes } = space;
  const why = "What is full cannot be written: a backup fails, an upgrade cannot go back, databases stop.";
  const advice = mend.length > 0
    ? "See what ppm has kept aside, and what else is large:"
    : `See what is large: du -xh --max-depth=2 ${path} | sort -h | tail`;
  if (freeBytes < Math.min(LEAST_BYTES, totalBytes * LEAST_PART)) {
    return wrong(`only ${size(freeBytes)} of ${size(totalBytes)} are free at ${path}`, { why, advice, mend });
  }
  if (totalInodes > 0 && freeInodes < totalInodes * LEAST_PART) {
    return wrong(`only ${freeInodes} of ${totalInodes} files can still be made at ${path}`, {
      why,
      advice,
      mend,
    });
  }
  return good(`${size(freeBytes)} are free at ${path}`);
}
