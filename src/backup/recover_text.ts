/** `.ppm/RECOVER.md`: how to bring the application back without ppm. */
import type { BackupConfig } from "../config/config.ts";
import type { User } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";

/** What the text says besides what stands in the manifest. */
export interface RecoverTextOptions {
  readonly user: User;
  readonly backup: BackupConfig;
  /** Whether snapshots are made inside `podman unshare`. */
  readonly unshare: boolean;
}

/** Returns the text of RECOVER.md. Pure; credentials of the repository are left out. */
export function recoverText(_manifest: Manifest, _options: RecoverTextOptions): string {
  throw new Error("not yet");
}
