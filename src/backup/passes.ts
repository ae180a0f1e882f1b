/** What a pass saves and leaves out. Pure. */
import {
  CLONE_DIRECTORY,
  DATA_DIRECTORY,
  FENCE_FILE,
  HOLD_FILE,
  INTENT_FILE,
  LOCK_FILE,
  MOVE_FILE,
  NEW_CLONE_DIRECTORY,
  PPM_DIRECTORY,
  REQUEST_FILE,
  SPARE_FILE,
  SWAP_FILE,
  SWITCH_FILE,
  UPGRADES_FILE,
} from "../layout.ts";

/** What is saved, relative to the home directory, so that it restores under any other. */
export const SAVED_PATHS = [DATA_DIRECTORY, PPM_DIRECTORY];

/** What only this moment of this server knows, and what git brings again. */
const OWN_EXCLUDES = [
  CLONE_DIRECTORY,
  NEW_CLONE_DIRECTORY,
  LOCK_FILE,
  INTENT_FILE,
  SWAP_FILE,
  REQUEST_FILE,
  SWITCH_FILE,
  HOLD_FILE,
  FENCE_FILE,
  SPARE_FILE,
  MOVE_FILE,
  UPGRADES_FILE,
];

/** Returns restic's patterns for what is left out: absolute, so that nothing of the same name elsewhere is; `exclude` lies below `data/`. */
export function excludePatterns(home: string, exclude: readonly string[]): readonly string[] {
  const top = escapePattern(home);
  const below = exclude.map((pattern) => `${top}/${DATA_DIRECTORY}/${pattern.replace(/^\/+/, "")}`);
  return [...OWN_EXCLUDES.map((path) => `${top}/${path}`), ...below];
}

/** restic's patterns are those of Go's filepath.Match, where a backslash takes a character for itself. */
function escapePattern(path: string): string {
  return path.replace(/[\\*?[\]]/g, "\\$&");
}
