/** Tells the neighbours when the application was last backed up and drilled. */
import { writeManifest } from "../apply/generations.ts";
import type { System } from "../host/system.ts";
import { type PublishedTimes, replaceTimes } from "../neighbours/published_times.ts";
import { STATE_HEADER } from "../neighbours/state_file.ts";
import { sha256 } from "../plan/digest.ts";
import type { Manifest } from "../plan/manifest.ts";

/**
 * Writes `times` into the state file, and the file's new stamps into the manifest, so that a setup afterwards still has nothing to do. A state
 * file that is not as ppm wrote it keeps its old stamps there: the next setup looks at it. `manifest` is the one that stands; whoever calls
 * it holds the lock. Returns the manifest that stands then.
 */
export async function publishTimes(
  system: System,
  manifest: Manifest,
  times: PublishedTimes,
): Promise<Manifest> {
  const { stateFile } = manifest;
  const content = stateFile === null ? undefined : system.readFile(stateFile.path);
  if (stateFile === null || content === undefined) return manifest;
  const text = new TextDecoder().decode(content);
  const next = replaceTimes(text, times);
  if (next === text || !text.startsWith(STATE_HEADER)) return manifest;
  system.writeFile(stateFile.path, next, stateFile.mode);
  const stat = system.lstat(stateFile.path);
  if (stat === undefined || await sha256(text) !== stateFile.sha256) return manifest;
  const { size, modifiedMs, inode } = stat;
  const updated = {
    ...manifest,
    stateFile: { ...stateFile, sha256: await sha256(next), size, modifiedMs, inode },
  };
  writeManifest(system, updated);
  return updated;
}
