/** Files that belong to somebody else, who may be hostile. */
import type { ForeignFile, ForeignFileRules } from "./system.ts";

/** See `ReadSystem.readForeign`. */
export function readForeign(_path: string, _rules: ForeignFileRules): ForeignFile {
  throw new Error("not yet");
}
