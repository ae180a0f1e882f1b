/** How an application is backed up: what its backup plugin asks for, as data. The manifest keeps it, so that a backup needs neither definition nor template. */

/** How many good snapshots to keep; restic's words and meaning. */
export interface Keep {
  readonly hourly: number;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
}

/** What a backup plugin asks for. */
export interface BackupPolicy {
  readonly plugin: "backups_scheduled" | "backups_programinitiated";
  /** When the timer elapses, as systemd.time(7) writes it; null: the application itself asks. */
  readonly oncalendar: string | null;
  /** Whether the application is stopped for the pass that counts. */
  readonly stop: boolean;
  /** Whether a pass while it runs comes first, so that the one that counts is short. */
  readonly hot: boolean;
  /** `all`: nothing is ever forgotten. */
  readonly keep: Keep | "all";
  /** restic's patterns for what is left out, below `data/`. */
  readonly exclude: readonly string[];
  /** Within how many days everything in the repository is read once. */
  readonly checkDays: number;
  /** How old the newest good snapshot may become, in milliseconds; null until systemd was asked what `oncalendar` means. */
  readonly maxAgeMs: number | null;
  /** The file below `data/` by which the application asks for a backup. */
  readonly request: string | null;
}
