/**
 * What restic's exit codes and messages mean, 0.14 to 0.19.
 *
 * Codes tell since 0.17.1. Before that nearly everything is 1, and only the messages (under `LC_ALL=C`) differ. A repository that is not
 * there must never be taken for one that cannot be reached just now, nor the other way round: what matches neither is unknown, and whatever is
 * not a known success is a failure.
 */
import { UserError } from "../../errors.ts";

/** A release of restic. */
export interface ResticVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** What went wrong, as far as it can be told. */
export type ResticTrouble =
  | "absent"
  | "unreachable"
  | "locked"
  | "password"
  | "denied"
  | "full"
  | "damaged"
  | "interrupted"
  | "panic"
  | "unknown";

/** restic did not do what was asked, or what it printed is not what it prints. Exit code 6. */
export class ResticError extends UserError {
  readonly trouble: ResticTrouble;
  /** restic's exit code; null where it did not end by itself, or ended well and printed nonsense. */
  readonly code: number | null;

  constructor(
    message: string,
    options: {
      readonly trouble: ResticTrouble;
      readonly code: number | null;
      readonly hint?: string;
      readonly cause?: unknown;
    },
  ) {
    super(message, { hint: HINTS[options.trouble], ...options, exit: "backup" });
    this.name = "ResticError";
    this.trouble = options.trouble;
    this.code = options.code;
  }
}

/** What to do next, for each trouble. */
const HINTS: Readonly<Record<ResticTrouble, string>> = {
  absent:
    "See whether backup.repository in config.yml is right, and its disk mounted; a new one is made once, with restic init",
  unreachable:
    "See whether the repository's server answers and its name, port and keys are right, then run the same command again",
  locked:
    "Wait until whoever works on the repository has ended; what a dead process left is removed by: restic unlock",
  password: "The password in backup.passwordfile is not this repository's: put the right one there",
  denied:
    "The repository is there and may not be used: see its owner and mode, and the credentials in backup.environment",
  full: "Make room where the disk is full (df -h), then run the same command again",
  damaged:
    "The repository is damaged: see how badly with restic check --read-data, and restic's own page on troubleshooting",
  interrupted: "Run the same command again",
  panic: "restic itself crashed: update it, or run restic check to see whether the repository is damaged",
  unknown: "Run the same restic command by hand: --verbose shows it",
};

/** The first release whose exit codes all mean what they say: 12 came with 0.17.1. */
const CODES_TOLD: ResticVersion = { major: 0, minor: 17, patch: 1 };

const BY_CODE: ReadonlyMap<number, ResticTrouble> = new Map([
  [10, "absent"],
  [11, "locked"],
  [12, "password"],
]);

/** Said by every release, whatever the code. In order: what is more specific comes first. */
const BY_MESSAGE: readonly (readonly [RegExp, ResticTrouble])[] = [
  [/no space left on device|disk quota exceeded|file too large|insufficient storage/i, "full"],
  [/repository is already locked|unable to create lock in backend: .*locked/, "locked"],
  [/wrong password or no key found/, "password"],
  [/Resolving password failed|an empty password is not/, "password"],
  [/Permission denied \(/, "denied"], // ssh
  [/Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/, "unreachable"],
  [
    /connection (refused|reset|timed out|closed)|no such host|network is (unreachable|down)|no route to host|i\/o timeout|TLS handshake|x509:|certificate|could not resolve|broken pipe|lost connection|unexpected EOF|unable to start the sftp session|server misbehaving|\((5\d\d)\)/i,
    "unreachable",
  ],
  [/permission denied|access ?denied|read-only file system|\((401|403)\)|forbidden|unauthorized/i, "denied"],
  [
    /ciphertext verification failed|repository contains errors|Pack ID does not match|invalid data returned|hash mismatch|is truncated|wrong data returned|not found in (repository|index)/,
    "damaged",
  ],
];

/** Where nothing is, before 0.17.1: the store answered, and says that it has no configuration file. */
const ABSENT = /unable to open config file: (stat .*: no such file or directory|.*does not exist)/i;

/** Returns what restic's exit `code`, not 0, and what it printed to standard error mean. */
export function classify(version: ResticVersion | undefined, code: number, stderr: string): ResticTrouble {
  if (version !== undefined && !isOlder(version, CODES_TOLD)) {
    const told = BY_CODE.get(code);
    if (told !== undefined) return told;
  }
  if (/^(panic: |fatal error: |goroutine \d+ \[)/m.test(stderr)) return "panic";
  const said = BY_MESSAGE.find(([pattern]) => pattern.test(stderr))?.[1];
  if (said !== undefined) return said;
  if (ABSENT.test(stderr)) return "absent";
  if (
    code === 130 || code === 143 || /signal (interrupt|terminated) received|context canceled/.test(stderr)
  ) {
    return "interrupted";
  }
  return code === 2 ? "panic" : "unknown";
}

export function isOlder(a: ResticVersion, b: ResticVersion): boolean {
  return (a.major - b.major || a.minor - b.minor || a.patch - b.patch) < 0;
}

/** Reads `restic version`: `restic 0.14.0 compiled with go1.19.8 on linux/amd64`; undefined for anything else. */
export function parseVersion(stdout: string): ResticVersion | undefined {
  const [, major, minor, patch] = /^restic (\d+)\.(\d+)\.(\d+)/.exec(stdout) ?? [];
  return patch === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** Returns what restic, or its ssh, says of its failure, in one line: its last words, which since 0.18 are JSON. */
export function lastWords(stderr: string): string {
  const lines = stderr.split("\n").map((line) => messageIn(line.trim())).filter((line) =>
    line !== "" && !ABOUT_ITS_END.test(line)
  );
  const told = lines.findLast((line) => line.startsWith("subprocess ssh: "))?.slice("subprocess ".length) ??
    lines.findLast((line) => /^(panic|fatal error|Fatal): /.test(line)) ??
    lines.findLast((line) => /locked by|no space left/.test(line)) ?? lines.at(-1) ?? "";
  return told.replace(/^Fatal: /, "").slice(0, MAX_WORDS);
}

/** What restic says because it was told to end. */
const ABOUT_ITS_END = /context canceled|signal (interrupt|terminated) received/;

/** Longer messages hold a whole stack or list. */
const MAX_WORDS = 400;

/** `{"message_type":"exit_error","code":10,"message":"Fatal: …"}` → `Fatal: …`; other JSON says nothing. */
function messageIn(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { message, error } = JSON.parse(line);
    const text = typeof message === "string" ? message : error?.message;
    return typeof text === "string" ? text.trim().split("\n")[0] ?? "" : "";
  } catch {
    return line;
  }
}
