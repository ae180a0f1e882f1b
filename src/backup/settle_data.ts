/** Settles `data/` for a setup: it stands, is brought back, or begins empty by an explicit word. It never comes from a doubt. */
import type { Hands } from "../apply/hands.ts";
import type { BackupConfig } from "../config/config.ts";
import type { Identity } from "./snapshot.ts";

/** Whose data is to be settled, and what was asked for. */
export interface SettleRequest {
  readonly backup: BackupConfig;
  readonly identity: Identity;
  /** `--fresh`. */
  readonly fresh: boolean;
  /** `--from SNAPSHOT`: the beginning of an id. */
  readonly from: string | undefined;
}

/** Brings `data/` to stand, and claims the instance where it was brought back or begun. Whoever calls it holds the lock. */
export function settleData(_hands: Hands, _request: SettleRequest): Promise<void> {
  throw new Error("not yet");
}
