/**
 * `~/config.yml`: what an administrator says about this instance. Here it is read, and a file that somebody else could have written, or
 * could read secrets in, is refused; `check_config.ts` checks the content.
 */
import { InvalidError, UserError } from "../errors.ts";
import { formatMode } from "../host/file_error.ts";
import type { FileStat, ReadSystem } from "../host/system.ts";
import { checkConfig, MINIMAL_CONFIG, secretIn } from "./check_config.ts";
import type { YamlDocument } from "./yaml.ts";

/** A checked config.yml. */
export interface Config {
  readonly definition: {
    /** An https, ssh or file URL, `user@host:path`, or an absolute path. */
    readonly repository: string;
    /** Branch, tag or commit; undefined: the remote's default branch. */
    readonly revision: string | undefined;
    /** Where `appinfo.yml` lies in the repository, normalised; `.` for its top. */
    readonly directory: string;
    /** Absolute path of the allowed signers, if commits must be signed. */
    readonly allowedsigners: string | undefined;
  };
  readonly instance: string;
  /** Absolute. */
  readonly statedirectory: string;
  readonly backup: BackupConfig | undefined;
  readonly notify: NotifyConfig | undefined;
  /** Values for what the definition declares, still unchecked: `resolveVariables` does that. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Where everything stands, for messages. */
  readonly document: YamlDocument;
}

/** Where backups go. */
export interface BackupConfig {
  /** As restic takes it. */
  readonly repository: string;
  /** Absolute path. */
  readonly passwordfile: string;
  readonly environment: Readonly<Record<string, string>>;
  /** undefined: only if the repository holds no other instance. */
  readonly prune: boolean | undefined;
}

/** Programs, as argument lists, that systemd runs to tell somebody. */
export interface NotifyConfig {
  readonly command: readonly string[] | undefined;
  readonly heartbeat: readonly string[] | undefined;
}

/**
 * Reads and checks the config.yml at `path` (absolute). Returns its bytes as well, for the hash in the manifest. Throws
 * {@linkcode InvalidError} for a file that is missing, unreadable, foreign, writable by others, or readable by others while it holds a
 * secret by itself; `requirePrivate` is for what only the definition knows to be secret.
 */
export function readConfig(
  system: ReadSystem,
  path: string,
): { readonly config: Config; readonly bytes: Uint8Array } {
  const file = fileLabel(system, path);
  requireTrusted(requireFile(system, path, file), { system, path, file });
  const bytes = look(file, () => system.readFile(path));
  if (bytes === undefined) refuse(file, `Cannot read ${path}: it has just been removed`);
  const config = checkConfig(bytes, { file, user: system.user });
  const secret = secretIn(config);
  if (secret !== undefined) requirePrivate(system, path, secret);
  return { config, bytes };
}

/** Throws {@linkcode InvalidError} if others can read the config.yml at `path`; `secret` names what it holds, for instance `the secret variable "token"`. */
export function requirePrivate(system: ReadSystem, path: string, secret: string): void {
  const file = fileLabel(system, path);
  const stat = requireFile(system, path, file);
  if ((stat.mode & readersOf(stat, system.user.gid)) === 0) return;
  refuse(
    file,
    `Cannot use a file with mode ${formatMode(stat.mode)}: others can read it, and it holds ${secret}`,
    mend(stat, "600", path, system),
  );
}

/** Returns how messages call the file at `path`: relative to the home directory if it lies there. */
function fileLabel(system: ReadSystem, path: string): string {
  const home = `${system.user.home}/`;
  return path.startsWith(home) ? path.slice(home.length) : path;
}

function requireFile(system: ReadSystem, path: string, file: string): FileStat {
  const stat = look(file, () => system.lstat(path));
  if (stat === undefined) refuse(file, `Cannot read ${path}: it does not exist`, MINIMAL_CONFIG);
  if (stat.kind === "link") {
    refuse(
      file,
      `Cannot read ${path}: it is a symbolic link`,
      "Put the file itself there, or name it with --config",
    );
  }
  if (stat.kind !== "file") {
    refuse(
      file,
      `Cannot read ${path}: it is ${stat.kind === "directory" ? "a directory" : "no regular file"}`,
    );
  }
  return stat;
}

interface Where {
  readonly system: ReadSystem;
  readonly path: string;
  readonly file: string;
}

function requireTrusted(stat: FileStat, { system, path, file }: Where): void {
  if (stat.uid !== system.user.uid && stat.uid !== 0) {
    refuse(
      file,
      `Cannot trust ${path}: it belongs to uid ${stat.uid}`,
      `As root: chown ${system.user.name} ${path}`,
    );
  }
  if ((stat.mode & 0o022) !== 0) {
    refuse(
      file,
      `Cannot trust a file with mode ${formatMode(stat.mode)}: others can change it`,
      mend(stat, "go-w", path, system),
    );
  }
}

/** Runs a look at the machine; what it fails with is a fault of the file, and so exit code 4. */
function look<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof UserError) refuse(file, error.message, error.hint);
    throw error;
  }
}

/** The bits that let anybody else read: a file of root may be read by this user's own group, or ppm could not. */
function readersOf(stat: FileStat, gid: number): number {
  return stat.uid === 0 && stat.gid === gid ? 0o007 : 0o077;
}

function mend(stat: FileStat, mode: string, path: string, system: ReadSystem): string {
  if (stat.uid === system.user.uid) return `chmod ${mode} ${path}`;
  return `As root: chown ${system.user.name} ${path} && chmod ${mode} ${path}`;
}

function refuse(file: string, message: string, hint?: string): never {
  throw new InvalidError([{ file, message }], hint === undefined ? {} : { hint });
}
