/** What `setup` asks about `data/`, once it is known which application this will be. */
import type { SettleRequest } from "../backup/settle_data.ts";
import type { DataStep } from "../backup/decide_data.ts";
import { openRepository, requireBackupConfig } from "../backup/open_repository.ts";
import { runningUnits } from "../backup/pause.ts";
import { identityOf } from "../backup/tags.ts";
import { recoverText } from "../backup/recover_text.ts";
import { UserError } from "../errors.ts";
import { RECOVER_FILE } from "../layout.ts";
import type { Manifest } from "../plan/manifest.ts";
import { readManifest } from "../plan/read_manifest.ts";
import type { ReadSystem } from "../host/system.ts";
import type { Context } from "./command.ts";
import type { CheckedConfig, PlannedSetup } from "./plan_setup.ts";

/** What was said on the command line about data and backups. */
export interface DataFlags {
  /** `--fresh`: begin with an empty `data/`. */
  readonly fresh: boolean;
  /** `--from SNAPSHOT`. */
  readonly from: string | undefined;
  /** `--stop-backups`: the definition has no backups any more, and that is meant. */
  readonly stopBackups: boolean;
}

/** Returns the question that a planned setup has about `data/`; undefined where the application is one that is not backed up. */
export async function dataRequest(
  context: Context<ReadSystem>,
  { config }: Pick<CheckedConfig, "config">,
  { prepared, manifest }: PlannedSetup,
  { fresh, from, stopBackups }: DataFlags,
): Promise<SettleRequest | undefined> {
  const policy = prepared === undefined ? manifest?.backup ?? null : prepared.desired.backup;
  if (policy === null) {
    if (manifest !== undefined && manifest.backup !== null && !stopBackups) throw backupsGone(manifest);
    if (!fresh && from === undefined) return undefined;
    throw new UserError(
      `Cannot use ${fresh ? "--fresh" : "--from"}: the definition is one that is not backed up`,
      {
        exit: "usage",
      },
    );
  }
  const backup = requireBackupConfig(config);
  openRepository(context, backup); // a password file that others can read is refused though nobody needs it yet
  const desired = prepared?.desired;
  const of = desired === undefined
    ? manifest
    : { instance: desired.instance, app: desired.definition.app, source: desired.source };
  if (of === undefined) throw new Error("a setup with nothing to do has no manifest");
  return { backup, identity: await identityOf(of), fresh, from };
}

/**
 * Writes `.ppm/RECOVER.md` where there is none: before each snapshot a backup writes it anew, and one that stands tells how to bring back the newest
 * of them.
 */
export function writeRecoverText({ system }: Context, { backup }: SettleRequest, step: DataStep): void {
  const path = `${system.user.home}/${RECOVER_FILE}`;
  const manifest = readManifest(system);
  if (manifest === undefined || system.lstat(path) !== undefined) return;
  const unshare = step.kind === "restore" && step.snapshot.unshare;
  system.writeFile(
    path,
    recoverText(manifest, { user: system.user, hostname: system.hostname, backup, unshare }),
    0o600,
  );
}

/** Says that what runs still holds the directory that was there before. */
export async function tellOfOldData({ system, output }: Context, step: DataStep): Promise<void> {
  const manifest = readManifest(system);
  if (manifest === undefined || step.kind !== "restore") return;
  const units = await runningUnits(system, manifest);
  if (units.length === 0) return;
  output.warn(`Still running with the data/ that is gone: ${units.join(", ")}. Next: ppm restart`);
}

function backupsGone({ app }: Manifest): UserError {
  return new UserError(
    `Cannot set "${app.name}" up: the definition loads backups_none now, and the backups that are made would end`,
    { exit: "refused", hint: "If that is meant: ppm setup --stop-backups" },
  );
}
