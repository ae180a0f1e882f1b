/** Which application's backups a verb is about: what was set up last, and the repository that config.yml names. */
import { requireBackupConfig } from "../backup/open_repository.ts";
import type { Identity } from "../backup/snapshot.ts";
import { identityOf } from "../backup/tags.ts";
import type { BackupConfig } from "../config/config.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import type { Context } from "./command.ts";
import { checkedConfig } from "./plan_setup.ts";

/** An application that is backed up. */
export interface BackedUp {
  readonly manifest: Manifest;
  readonly backup: BackupConfig;
  readonly identity: Identity;
}

/** Returns the application of this user; throws where it was not set up, or is one that is not backed up. */
export async function requireBackedUp(context: Context<ReadSystem>): Promise<BackedUp> {
  const manifest = requireManifest(context.system);
  if (manifest.backup === null) {
    throw new UserError(`Cannot find backups of "${manifest.app.name}": its definition loads backups_none`);
  }
  const { config } = checkedConfig({ ...context, configFile: context.configFile ?? manifest.config.file });
  return { manifest, backup: requireBackupConfig(config), identity: await identityOf(manifest) };
}
