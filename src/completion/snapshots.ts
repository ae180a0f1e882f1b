/** The snapshots that can be restored, the newest first, as far as the repository answers at once. */
import { ofInstance } from "../backup/choose.ts";
import { openRepository, requireBackupConfig } from "../backup/open_repository.ts";
import { readSnapshot } from "../backup/tags.ts";
import { readConfig } from "../config/config.ts";
import { listSnapshots } from "../host/restic/repository.ts";
import { CONFIG_FILE } from "../layout.ts";
import { readManifest } from "../plan/read_manifest.ts";
import { relativeTime, size } from "../ui/units_of_measure.ts";
import type { Candidate } from "./source.ts";
import type { SourceContext } from "./sources.ts";

/** Less than whoever typed waits in all: then restic is told to end while ppm is still there, and nothing is left behind. */
const TIMEOUT_MS = 1500;

export async function source({ system, output, nowMs }: SourceContext): Promise<readonly Candidate[]> {
  const manifest = readManifest(system);
  const { config } = readConfig(system, manifest?.config.file ?? `${system.user.home}/${CONFIG_FILE}`);
  const repository = openRepository({ system, output }, requireBackupConfig(config));
  const instance = manifest?.instance ?? config.instance;
  const listed = await listSnapshots(repository, { instance, timeoutMs: TIMEOUT_MS });
  return ofInstance(listed.map(readSnapshot), instance)
    .filter(({ kind }) => kind !== "claim")
    .map(({ id, timeMs, kind, size: held }) => ({
      text: id.slice(0, 8),
      description: [relativeTime(timeMs, nowMs), kind, ...held === null ? [] : [size(held.bytes)]].join(", "),
    }));
}
