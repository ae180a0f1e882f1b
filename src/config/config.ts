/** `~/config.yml`: what an administrator says about this instance, checked, defaults applied. */
import type { ReadSystem } from "../host/system.ts";
import type { YamlDocument } from "./yaml.ts";

/** A checked config.yml. */
export interface Config {
  readonly definition: {
    /** https or ssh URL, `user@host:path`, `file:` URL, or an absolute path (`~/` and relative ones are resolved against the home directory). */
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

/** What {@linkcode checkConfig} must know of this user. */
export interface ConfigOptions {
  /** The file as the person knows it: `config.yml`. */
  readonly file: string;
  /** The user, for the default of `instance` and for paths relative to the home directory. */
  readonly user: { readonly name: string; readonly home: string };
}

/** Checks the content of a config.yml. Pure. Throws {@linkcode InvalidError} with every problem. */
export function checkConfig(_source: string | Uint8Array, _options: ConfigOptions): Config {
  throw new Error("unwritten");
}

/**
 * Reads and checks the config.yml at `path` (absolute). Refuses a file that is missing, unreadable, foreign, writable by others, or
 * readable by others while it holds a secret. Returns its bytes as well, for the hash in the manifest.
 */
export function readConfig(
  _system: ReadSystem,
  _path: string,
): { readonly config: Config; readonly bytes: Uint8Array } {
  throw new Error("unwritten");
}

/** Whether config.yml by itself holds a secret: a backup environment, or credentials in the backup repository's URL. */
export function holdsSecret(_config: Config): boolean {
  throw new Error("unwritten");
}

/** Refuses a config.yml at `path` that others can read; `secret` says what it holds, for instance `the secret variable "token"`. */
export function requirePrivate(_system: ReadSystem, _path: string, _secret: string): void {
  throw new Error("unwritten");
}
