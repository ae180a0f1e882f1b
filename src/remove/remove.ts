/** Takes an application off this server. */
import type { Hands } from "../apply/hands.ts";
import type { ReadSystem } from "../host/system.ts";

/** What is asked for. */
export interface RemovalFlags {
  readonly data: boolean;
  readonly withoutBackup: boolean;
}

/** What was done. */
export interface Removed {
  /** Whether anything was. */
  readonly changed: boolean;
  /** The proven snapshot that holds the data; null where none was made. */
  readonly snapshot: string | null;
}

export function remove(_hands: Hands, _flags: RemovalFlags): Promise<Removed> {
  throw new Error("not yet");
}

export function showRemoval(_hands: Hands<ReadSystem>, _flags: RemovalFlags): Promise<Removed> {
  throw new Error("not yet");
}
