/** Raises the fence: stops the application, saves it, proves the snapshot, and leaves it down. */
import type { Hands } from "../apply/hands.ts";
import type { Fence } from "../backup/fence.ts";
import type { BackupConfig } from "../config/config.ts";
import type { Manifest } from "../plan/manifest.ts";

/** What is to be fenced. */
export interface FenceJob {
  readonly manifest: Manifest;
  /** Where snapshots go; undefined: the application is not backed up. */
  readonly backup: BackupConfig | undefined;
  readonly purpose: Fence["purpose"];
  readonly data: boolean;
}

/** Stops, saves, proves, holds; throws with the application running again where any of that fails. Whoever calls it holds the lock. */
export function raiseFence(_hands: Hands, _job: FenceJob): Promise<Fence> {
  throw new Error("not yet");
}

/** Lets the application start again; throws (exit code 8) where another server has claimed its backups meanwhile. */
export function liftFence(_hands: Hands, _job: Pick<FenceJob, "manifest" | "backup">): Promise<void> {
  throw new Error("not yet");
}
