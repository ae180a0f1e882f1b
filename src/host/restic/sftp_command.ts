/**
 * The ssh command for `sftp:` repositories, spelt out. Inside `podman unshare` ssh believes that it is root: it would look for keys, known hosts
 * and configuration in /root, and log in as root. And wherever it runs it must not ask, nor wait for a dead server for ever.
 */
import { UserError } from "../../errors.ts";
import type { ReadSystem } from "../system.ts";

/** Where ssh logs in, as the repository's URL says. */
interface Destination {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: string | undefined;
}

/** The names that ssh tries by itself (ssh(1), `-i`). */
const KEYS = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"] as const;

/** Returns the options that tell restic which command to start for an `sftp:` repository; none for other repositories. */
export function sftpOptions(system: ReadSystem, repository: string): readonly string[] {
  const destination = parseDestination(repository);
  if (destination === undefined) return [];
  const command = sshCommand(system, destination).map(quoteForRestic).join(" ");
  return ["-o", quoteForCsv(`sftp.command=${command}`)];
}

function sshCommand(system: ReadSystem, destination: Destination): readonly string[] {
  const ssh = `${system.user.home}/.ssh`;
  const config = system.readFile(`${ssh}/config`);
  const keys = KEYS.map((name) => `${ssh}/${name}`).filter((path) => system.lstat(path) !== undefined);
  const user = destination.user ?? (namesUser(config) ? undefined : system.user.name);
  return [
    "ssh",
    ...["BatchMode=yes", "ConnectTimeout=20", "ServerAliveInterval=15", "ServerAliveCountMax=4"]
      .flatMap((option) => ["-o", option]),
    "-o",
    /\s/.test(ssh) ? `UserKnownHostsFile="${ssh}/known_hosts"` : `UserKnownHostsFile=${ssh}/known_hosts`,
    "-F", // always: root's own files belong to nobody in there, and ssh refuses such (Debian 13 has one)
    config === undefined ? "none" : `${ssh}/config`,
    ...keys.flatMap((path) => ["-i", path]),
    ...(user === undefined ? [] : ["-l", user]),
    ...(destination.port === undefined ? [] : ["-p", destination.port]),
    "-s", // before the host, which nothing after `--` can be mistaken for an option
    "--",
    destination.host,
    "sftp",
  ];
}

/** Reads `sftp:user@host:path` and `sftp://user@host:port/path`. */
function parseDestination(repository: string): Destination | undefined {
  const [, authority, place] = /^sftp:(?:\/\/([^/]*)|([^:]*):)/.exec(repository) ?? [];
  const whole = authority ?? place;
  if (whole === undefined) return undefined;
  const at = whole.lastIndexOf("@");
  const name = whole.slice(0, Math.max(0, at)).split(":")[0];
  const user = name ? (authority === undefined ? name : decodeURIComponent(name)) : undefined;
  const hostAndPort = whole.slice(at + 1);
  const [, host = hostAndPort, port] = authority === undefined
    ? []
    : /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(hostAndPort) ?? [];
  return { user, host: host.replace(/^\[|\]$/g, ""), port };
}

/** Whether a configuration of ssh says whom to log in as; a `-l` would overrule it. */
function namesUser(config: Uint8Array | undefined): boolean {
  return config !== undefined && /^\s*(user|include)[\s=]/im.test(new TextDecoder().decode(config));
}

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Quotes a word for restic, which splits the command by blanks, and at every quote as well: a word is quoted whole or not at all. */
function quoteForRestic(word: string): string {
  if (PLAIN.test(word)) return word;
  if (/['\\\n]/.test(word)) {
    throw new UserError(
      `Cannot hand ${JSON.stringify(word)} to ssh: restic takes no quote and no backslash there`,
      {
        exit: "backup",
      },
    );
  }
  return `'${word}'`;
}

/** restic reads the value of `-o` as a line of comma-separated values. */
function quoteForCsv(value: string): string {
  return /[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
