/** From config.yml to the repository that it names. */
import { formatMode } from "../host/file_error.ts";
import { type Repository, resticSecrets } from "../host/restic/access.ts";
import type { FileStat, ReadSystem, User } from "../host/system.ts";
import type { BackupConfig, Config } from "../config/config.ts";
import { InvalidError } from "../errors.ts";
import type { Output } from "../ui/output.ts";

/** Returns what config.yml says under `backup:`; throws {@linkcode InvalidError} where it says nothing. */
export function requireBackupConfig(config: Pick<Config, "backup" | "document">): BackupConfig {
  if (config.backup !== undefined) return config.backup;
  throw new InvalidError([{
    file: config.document.file,
    message: 'Missing key "backup": the definition is one that is backed up, and this says where to',
  }], {
    hint: `For instance:

  backup:
    repository: sftp:backup@nas:/srv/restic
    passwordfile: .restic-password`,
  });
}

/**
 * Returns the repository that config.yml names, seen from `system`. From then on its credentials are left out of whatever is printed. Throws
 * {@linkcode InvalidError} where the password file is missing, a link, somebody else's, or open to others.
 */
export function openRepository<S extends ReadSystem>(
  { system, output }: { readonly system: S; readonly output: Output },
  { repository, passwordfile, environment }: BackupConfig,
  { unshare = false }: { readonly unshare?: boolean } = {},
): Repository<S> {
  requirePasswordFile(system, passwordfile);
  const access = { repository, passwordfile, environment, unshare };
  output.redact(resticSecrets(access));
  return { system, access };
}

function requirePasswordFile(system: ReadSystem, path: string): void {
  const { user } = system;
  const fault = passwordFault(system.lstat(path), path, user);
  if (fault === undefined) return;
  throw new InvalidError([{ file: "config.yml", message: `backup.passwordfile: ${fault.message}` }], {
    hint: fault.hint,
  });
}

/** What is wrong with a password file. */
export interface PasswordFault {
  readonly kind: "missing" | "no-file" | "foreign" | "open";
  readonly message: string;
  /** What to do, ending with the command where there is one. */
  readonly hint: string;
}

/** Returns what makes ppm refuse the password file at `path`, of which `stat` tells. Pure. */
export function passwordFault(
  stat: FileStat | undefined,
  path: string,
  user: User,
): PasswordFault | undefined {
  if (stat === undefined) {
    return {
      kind: "missing",
      message: `${path} does not exist`,
      hint:
        `Put the repository's password there, from where it is kept besides: install -m 600 /dev/stdin ${path}`,
    };
  }
  if (stat.kind !== "file") {
    return {
      kind: "no-file",
      message: `${path} is not a regular file`,
      hint: "Put the file itself there, or name it in config.yml",
    };
  }
  if (stat.uid !== user.uid) {
    return {
      kind: "foreign",
      message: `${path} belongs to uid ${stat.uid}`,
      hint: `As root: chown ${user.name} ${path}`,
    };
  }
  if ((stat.mode & 0o077) === 0) return undefined;
  return {
    kind: "open",
    message: `${path} has mode ${formatMode(stat.mode)}: others can use it, and it opens every backup`,
    hint: `chmod 600 ${path}`,
  };
}
