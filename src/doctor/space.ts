/** Whether there is room where this application writes: bytes, and inodes. */
import { type DiskSpace, diskSpace } from "../host/disk_space.ts";
import type { ReadSystem } from "../host/system.ts";
import { LEAST_FREE_BYTES } from "../backup/probe.ts";
import { namesKept } from "../backup/kept_aside.ts";
import { size } from "../ui/units_of_measure.ts";
import { type Finding, findingsOf } from "./finding.ts";
import type { Ground } from "./ground.ts";

/** On a large disk this is enough for a day; on a small one a part of it. */
const LEAST_BYTES = 1024 ** 3;
const LEAST_PART = 0.05;

/** A place to look at. */
export interface Place {
  readonly path: string;
  /** What is written there needs so much at least. @default {0} */
  readonly leastBytes?: number;
}

/** Looks at the home directory, and at a repository on another file system of this machine. */
export async function examineSpace({ system, config }: Ground): Promise<readonly Finding[]> {
  const repository = config?.backup?.repository.replace(/^local:/, "");
  const local = repository?.startsWith("/") ? [{ path: repository, leastBytes: LEAST_FREE_BYTES }] : [];
  const mend = namesKept(system).length > 0 ? ["ppm clean"] : [];
  return await examineFileSystems(system, [{ path: system.user.home }, ...local], mend);
}

/** Looks at the file systems of `places`, at each once; what does not stand is left out. */
export async function examineFileSystems(
  system: ReadSystem,
  places: readonly Place[],
  mend: readonly string[] = [],
): Promise<readonly Finding[]> {
  const devices = places.map(({ path }) => system.lstat(path)?.device);
  const different = places.filter((_, at) =>
    devices[at] !== undefined && devices.indexOf(devices[at]) === at
  );
  return await Promise.all(
    different.map(async (place) => judgeSpace(place, await diskSpace(system, place.path), mend)),
  );
}

/** Judges the room on the file system of a place. Pure. */
export function judgeSpace(
  { path, leastBytes = 0 }: Place,
  { freeBytes, totalBytes, freeInodes, totalInodes }: DiskSpace,
  mend: readonly string[] = [],
): Finding {
  const { good, wrong } = findingsOf("space");
  const details = {
    why: "What is full cannot be written: a backup fails, an upgrade cannot go back, databases stop.",
    advice: mend.length > 0
      ? "See what ppm has kept aside, and what else is large:"
      : `See what is large: du -xh --max-depth=2 ${path} | sort -h | tail`,
    mend,
  };
  if (freeBytes < Math.max(leastBytes, Math.min(LEAST_BYTES, totalBytes * LEAST_PART))) {
    return wrong(`only ${size(freeBytes)} of ${size(totalBytes)} are free at ${path}`, details);
  }
  if (totalInodes > 0 && freeInodes < totalInodes * LEAST_PART) {
    return wrong(`only ${freeInodes} of ${totalInodes} files can still be made at ${path}`, details);
  }
  return good(`${size(freeBytes)} are free at ${path}`);
}
