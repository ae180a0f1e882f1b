/** Where things stand: in a home directory, by paths relative to it (ppm's own directory is 0700, what it holds is private), and on the server. */

/** The administrator's file. */
export const CONFIG_FILE = "config.yml";

/** What the application must not lose. */
export const DATA_DIRECTORY = "data";

/** ppm's own directory. */
export const PPM_DIRECTORY = ".ppm";

/** The git clone of the definition. */
export const CLONE_DIRECTORY = `${PPM_DIRECTORY}/definition`;

/** A clone that is being made; one that a killed run left is worth nothing. */
export const NEW_CLONE_DIRECTORY = `${PPM_DIRECTORY}/definition.part`;

/** One directory per generation, by number. */
export const GENERATIONS_DIRECTORY = `${PPM_DIRECTORY}/generations`;

/** Copies of files that were edited by hand before ppm replaced them. */
export const OVERWRITTEN_DIRECTORY = `${PPM_DIRECTORY}/overwritten`;

export const MANIFEST_FILE = `${PPM_DIRECTORY}/manifest.json`;
export const SECRETS_FILE = `${PPM_DIRECTORY}/secrets.yml`;

/** This instance's key, hexadecimal: salts of password hashes come from it. */
export const KEY_FILE = `${PPM_DIRECTORY}/key`;

/** Who this server is to the repository: see `backup/lineage.ts`. */
export const LINEAGE_FILE = `${PPM_DIRECTORY}/lineage.json`;

/** What the last backups were. */
export const BACKUP_RECORD_FILE = `${PPM_DIRECTORY}/backup.json`;

/** What the last drill was. */
export const DRILL_RECORD_FILE = `${PPM_DIRECTORY}/drill.json`;

/** Held by a drill: it runs beside everything else, but not beside another one. */
export const DRILL_LOCK_FILE = `${PPM_DIRECTORY}/drill.lock`;

/** What ppm has stopped and is going to start again. */
export const INTENT_FILE = `${PPM_DIRECTORY}/intent.json`;

/** The renames that put restored data in place, while they happen. */
export const SWAP_FILE = `${PPM_DIRECTORY}/swap.json`;

/** The step from one generation to another, while it happens: see `upgrade/switch.ts`. */
export const SWITCH_FILE = `${PPM_DIRECTORY}/switch.json`;

/** While it stands, systemd starts no unit of the application: its files are neither the old nor the new ones. */
export const HOLD_FILE = `${PPM_DIRECTORY}/hold`;

/** While it stands, the application is down and stays down: see `backup/fence.ts`. */
export const FENCE_FILE = `${PPM_DIRECTORY}/fence.json`;

/** Room on the disk that going back may need, where nothing else is left. */
export const SPARE_FILE = `${PPM_DIRECTORY}/spare`;

/** What names of images mean, while newer ones are pulled. */
export const PULL_FILE = `${PPM_DIRECTORY}/pull.json`;

/** The commit that the clone is being moved to, while it happens. */
export const MOVE_FILE = `${PPM_DIRECTORY}/move.json`;

/** Which commit was accepted last, and which ones were not. */
export const UPGRADES_FILE = `${PPM_DIRECTORY}/upgrades.json`;

/** What following the neighbours is at, and what came of it: see `upgrade/watch/journal.ts`. */
export const WATCH_FILE = `${PPM_DIRECTORY}/watch.json`;

/** What a backup by hand asks of the unit that makes it. */
export const REQUEST_FILE = `${PPM_DIRECTORY}/request.json`;

/** What a snapshot says about itself. */
export const SNAPSHOT_FILE = `${PPM_DIRECTORY}/snapshot.json`;

/** How to bring the application back without ppm. */
export const RECOVER_FILE = `${PPM_DIRECTORY}/RECOVER.md`;

/** Restored data that is not in its place yet: `data.restore-1a2b3c4d`. */
export const STAGING_PREFIX = `${DATA_DIRECTORY}.restore-`;

/** What stood at `data/` before a restore: `data.before-20261122T030000Z`. */
export const BEFORE_PREFIX = `${DATA_DIRECTORY}.before-`;

/** Data of a version that never became healthy. */
export const FAILED_PREFIX = `${DATA_DIRECTORY}.failed-`;

/** Data that a drill has restored. */
export const DRILL_PREFIX = `${DATA_DIRECTORY}.drill-`;

/** `data/` that is being removed. */
export const REMOVED_PREFIX = `${DATA_DIRECTORY}.removed-`;

export const LOCK_FILE = `${PPM_DIRECTORY}/lock`;

/** Where the applications of a server tell each other what they are, unless config.yml says otherwise. */
export const STATE_DIRECTORY = "/var/lib/ppm/state";

/** Returns the directories that the relative `path` needs, outermost first: `a/b/c` needs `a` and `a/b`. */
export function parents(path: string): readonly string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, at) => names.slice(0, at + 1).join("/"));
}
