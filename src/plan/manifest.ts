/**
 * `.ppm/manifest.json`: what ppm last made of this home directory. It tells ppm's files from everybody else's, and lets
 * `status`, `start`, `stop` and a `setup` with nothing to do answer without config.yml, the definition or a template.
 */
import type { BackupPolicy } from "../definition/backup_policy.ts";
import type { Healthcheck } from "../definition/healthcheck.ts";
import type { UpgradePolicy } from "../definition/upgrade_policy.ts";
import type { WatchPolicy } from "../definition/watch_policy.ts";
import type { FileStat } from "../host/system.ts";

/** One file that ppm wrote. */
export interface ManifestFile {
  /** SHA-256 of the content, hexadecimal. */
  readonly sha256: string;
  readonly mode: number;
  /** Size, modification time (ms) and inode right after writing: equal stamps spare reading the file again, as in git's index. */
  readonly size: number;
  readonly modifiedMs: number;
  readonly inode: number;
  readonly origin: string;
  /** When ppm last changed the content, milliseconds since the epoch: units that started earlier run with the old one. */
  readonly changedMs: number;
}

/** The state file that ppm published. */
export interface PublishedFile extends ManifestFile {
  /** Absolute: it lies outside the home directory. */
  readonly path: string;
  /** SHA-256 of what neighbours were last told of: all of it but the times. */
  readonly told: string;
}

/** Whether a file has the stamps that it got when ppm wrote it: then its content is the same, and need not be read. */
export function hasStamps(stat: FileStat, file: ManifestFile): boolean {
  return stat.size === file.size && stat.modifiedMs === file.modifiedMs && stat.inode === file.inode;
}

/** One unit of the application. */
export interface ManifestUnit {
  /** For instance `web.service`. */
  readonly name: string;
  /** `file`: rendered; `quadlet`: made by Quadlet's generator from a rendered file. */
  readonly from: "file" | "quadlet";
  /** Whether it stands in `enableunits`. */
  readonly enabled: boolean;
  /** The files, relative to the home directory, that this unit is made of. */
  readonly files: readonly string[];
  /** Whether it runs containers, so that podman is worth asking. */
  readonly containers: boolean;
}

/**
 * A unit that ppm itself runs beside the application: `setup` enables it. It is none of the application's: `start`, `stop` and `status` do
 * not count it, and the target does not stop it.
 */
export interface OwnUnit {
  /** `ppm-backup.timer` */
  readonly name: string;
  /** Whether `setup` starts it too: timers and paths wait from then on. */
  readonly start: boolean;
}

export interface Manifest {
  readonly version: 1;
  readonly generation: number;
  /** The highest number that a generation was ever given: after a rollback it is higher than `generation`. */
  readonly newest: number;
  /** When this generation was made, RFC 3339. */
  readonly time: string;
  readonly instance: string;
  readonly app: {
    readonly name: string;
    readonly description: string;
    readonly version: string;
    readonly mainunit: string;
  };
  readonly source: {
    /** With credentials removed. */
    readonly repository: string;
    readonly directory: string;
    readonly commit: string;
  };
  readonly config: {
    /** Absolute path of config.yml. */
    readonly file: string;
    readonly sha256: string;
    /** Whether it holds a secret, so that its mode matters. */
    readonly holdsSecret: boolean;
  };
  /** SHA-256 over everything that rendering depends on; equal means that rendering again would give the same files. */
  readonly inputs: string;
  /** SHA-256 over the neighbours that it was rendered with; null: it uses none, and none are read. */
  readonly neighbours: string | null;
  readonly units: readonly ManifestUnit[];
  /** How the application is backed up; null: it is not (`backups_none`). */
  readonly backup: BackupPolicy | null;
  /** Whether it upgrades itself; null: only by hand. */
  readonly upgrade: UpgradePolicy | null;
  /** Whether it follows its neighbours; null: it is rendered anew by hand alone. */
  readonly watch: WatchPolicy | null;
  /** How it is asked whether it is well, beside what systemd says; null: not at all. */
  readonly healthcheck: Healthcheck | null;
  /** What it has from this server that others would notice, sorted: see `plan/grants.ts`. */
  readonly grants: readonly string[];
  readonly ownUnits: readonly OwnUnit[];
  /** By path relative to the home directory. */
  readonly files: Readonly<Record<string, ManifestFile>>;
  /** Directories that ppm made, relative to the home directory, parents first. */
  readonly directories: readonly string[];
  /** The state file as it was published, or null where none is. */
  readonly stateFile: PublishedFile | null;
  /**
   * Set while a plan is being applied: by path, every hash a file may have because this or an interrupted run wrote it.
   * The next run takes such files for its own, neither for foreign nor for edited by hand.
   */
  readonly pending: Readonly<Record<string, readonly string[]>> | null;
}
