/** Puts the data of a generation in the place of what another one has left, where it has run. */
import type { Generation } from "../apply/generations.ts";
import type { Hands } from "../apply/hands.ts";
import { openSource } from "../backup/source.ts";
import { pickForPlace } from "../backup/put_back.ts";
import { requireBackupConfig } from "../backup/open_repository.ts";
import { restoreInto } from "../backup/restore.ts";
import { newStaging, removeStagings } from "../backup/staging.ts";
import { finishSwap, readSwap, swapIn } from "../backup/swap.ts";
import { identityOf } from "../backup/tags.ts";
import { updateRecord } from "../backup/record.ts";
import { checkConfig } from "../config/check_config.ts";
import { type BackupConfig, readConfig } from "../config/config.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { BEFORE_PREFIX, FAILED_PREFIX } from "../layout.ts";
import type { Manifest } from "../plan/manifest.ts";
import { type Switch, writeSwitch } from "./switch.ts";

/**
 * Returns the switch once `data/` is what `found.snapshot` holds; what stood there is kept as `data.failed-…`, or as `data.before-…` where an
 * administrator goes back. Does nothing where the switch does not ask for it. Nothing of the application may run.
 */
export async function putDataBack(hands: Hands, found: Switch, goal: Generation): Promise<Switch> {
  const { system, clock, output } = hands;
  const interrupted = readSwap(system);
  if (interrupted !== undefined) {
    finishSwap(system);
    return writeSwitch(system, { ...found, restoresData: false, failedData: interrupted.before });
  }
  if (!found.restoresData || found.snapshot === null) return found;
  output.info(`Bringing back data/ from the snapshot ${found.snapshot.slice(0, 8)}`);
  const backup = backupConfig(system, found, goal);
  const manifest: Manifest = { ...goal.description, pending: null };
  const request = { backup, manifest, identity: await identityOf(manifest), wanted: found.snapshot };
  const { snapshot } = await pickForPlace(hands, request);
  await removeStagings(system);
  const staging = newStaging();
  const { entries, bytes } = await restoreInto(
    hands,
    openSource(hands, backup, snapshot),
    `${system.user.home}/${staging}`,
  );
  updateRecord(system, { expected: { entries, bytes } });
  const keptAs = found.operation === "upgrade" ? FAILED_PREFIX : BEFORE_PREFIX;
  // From its journal on the swap is finished by that alone: begun anew, it would set aside what has just been restored.
  const journaled = () => {
    const failedData = readSwap(system)?.before ?? null;
    writeSwitch(system, { ...found, restoresData: false, failedData });
  };
  const failedData = swapIn(system, staging, { nowMs: clock.now(), keptAs, journaled });
  if (failedData !== undefined) output.info(`What stood at data/ is kept as ${failedData}`);
  return writeSwitch(system, { ...found, restoresData: false, failedData: failedData ?? null });
}

/** Where the data is brought back from: as config.yml says now, for somebody may have mended it; as it said when this began, where that cannot be used. */
function backupConfig(system: ReadSystem, { config }: Switch, { description }: Generation): BackupConfig {
  try {
    return requireBackupConfig(readConfig(system, description.config.file).config);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const bytes = new TextEncoder().encode(config);
    return requireBackupConfig(checkConfig(bytes, { file: "config.yml", user: system.user }));
  }
}
