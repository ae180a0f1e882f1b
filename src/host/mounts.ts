/** Where file systems are mounted. */
import type { ReadSystem } from "./system.ts";

export function isMountPoint(_system: ReadSystem, _path: string): Promise<boolean> {
  throw new Error("not yet");
}
