/** What it means when git cannot reach a repository, and the way out. */
import { UserError } from "../errors.ts";
import type { ProgramError } from "../host/program_error.ts";

/** One known failure: what git, ssh or curl say of it, and what helps. */
interface Known {
  readonly says: RegExp;
  readonly hint: string;
}

/** The first that fits counts: later lines of git's are consequences of earlier ones. */
const KNOWN: readonly Known[] = [
  {
    says: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    hint:
      "Another machine may be posing as that host. If its key was renewed on purpose, forget the old one: ssh-keygen -R {HOST}",
  },
  {
    says: /No .* host key is known|Host key verification failed/,
    hint: "ssh does not know that host yet. As this user: ssh-keyscan {HOST} >> ~/.ssh/known_hosts, " +
      "then compare with what its administrator gives you: ssh-keygen -lf ~/.ssh/known_hosts",
  },
  {
    says: /Permission denied \(|Too many authentication failures/,
    hint: "That host accepts no key of this user. Register ~/.ssh/id_ed25519.pub there " +
      "(ssh-keygen -t ed25519 -N '' makes one); a key with a passphrase cannot be used, as nobody can be asked",
  },
  {
    says:
      /could not read (Username|Password)|Authentication failed|returned error: 40[13]|uses plaintext credentials/,
    hint: "The server wants a name and a password or token. Put them into ~/.netrc, mode 0600: " +
      "machine {HOST} login NAME password TOKEN",
  },
  {
    says: /dubious ownership/,
    hint: "git reads no repository that belongs to another user. As root: chown -R {USER} {PATH}; " +
      "or reach it as its owner: ssh://OWNER@localhost{PATH}",
  },
  {
    says: /not our ref|unadvertised object|couldn't find remote ref/,
    hint:
      "The repository has no such commit, or gives none away by its id: see definition.revision in config.yml",
  },
  {
    says:
      /[Rr]epository .*not found|does not appear to be a git repository|returned error: 404|does not exist/,
    hint:
      "See definition.repository in config.yml; some servers say so too when this user may not read the repository",
  },
  {
    says: /Could not resolve host|Name or service not known|name resolution|No address associated/,
    hint:
      "See definition.repository in config.yml, and whether this machine resolves that name: getent hosts {HOST}",
  },
  {
    says: /certificate/,
    hint:
      "For a private authority, as root: put its certificate into /usr/local/share/ca-certificates/NAME.crt " +
      "and run update-ca-certificates",
  },
  {
    says: /fsck error|[Ii]nvalid object|\bfsck\b/,
    hint:
      "git refuses objects that are damaged or made to deceive: see them with git fsck --strict in the repository",
  },
  { says: /No space left on device|Disk quota exceeded/, hint: "Make room, then run the same command again" },
  {
    says: /could not set '/, // of a new clone's settings; git does not say why
    hint: "git cannot write there: see whether the disk is full (df -h ~), then run the same command again",
  },
  {
    says: /transport '.*' not allowed/,
    hint: "definition.repository can be an https or ssh URL, or a path",
  },
  {
    says:
      /timed out|Operation too slow|Connection (refused|reset|closed)|Failed to connect|[Cc]ould ?n.t connect/,
    hint: "See whether that host answers, then run the same command again",
  },
  {
    says: /No route to host|unreachable|early EOF|hung up|Broken pipe|Timeout, server|TLS|SSL_/,
    hint: "See whether that host answers, then run the same command again",
  },
];

/** What git says after every failure over ssh, of whatever kind. */
const ECHO =
  /^(Please make sure|and the repository exists|fatal: Could not read from remote|hint:|Cloning into|$)/;

/** Returns the error that explains why git, as the user named `user`, failed to read `repository`: in git's own words, and what helps. */
export function explainRemoteFailure(error: ProgramError, repository: string, user: string): UserError {
  const message = (state: string) => `Cannot read the repository "${repository}": ${state}`;
  if (error.failure.kind === "missing") return error;
  if (error.failure.kind === "timeout") {
    return new UserError(
      message(`it did not answer within ${Math.round(error.failure.timeoutMs / 1000)} s`),
      {
        hint: "See whether that host answers, then run the same command again",
        cause: error,
      },
    );
  }
  const lines = error.stderr.split("\n").map((line) => line.trim()).filter((line) => !ECHO.test(line));
  const known = KNOWN.find(({ says }) => lines.some((line) => says.test(line)));
  const telling = lines.findLast((line) => known?.says.test(line)) ?? lines.at(-1) ?? error.message;
  const hint = known === undefined ? error.hint : filledIn(known.hint, repository, user);
  return new UserError(message(telling), { ...(hint === undefined ? {} : { hint }), cause: error });
}

/** Puts the names of this case into a hint: `{HOST}`, `{PATH}` and `{USER}`. */
function filledIn(hint: string, repository: string, user: string): string {
  const url = /^[a-z]+:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/]*)[^/]*(\/.*)?$/.exec(repository);
  const short = /^(?:[^@/]*@)?(\[[^\]]*\]|[^:/]+):(.*)$/.exec(repository);
  const host = url?.[1] ?? short?.[1] ?? "";
  const path = url?.[2] ?? short?.[2] ?? repository;
  const names: Record<string, string> = { HOST: host, PATH: path, USER: user };
  return hint.replace(/\{([A-Z]+)\}/g, (placeholder, name: string) => names[name] || placeholder);
}
