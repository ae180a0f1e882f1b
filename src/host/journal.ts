/** The journal of the user's units: invocations as values. */
import type { Invocation } from "./system.ts";

export interface JournalOptions {
  /** At most so many of the newest lines. @default all */
  readonly lines?: number | undefined;
  /** What journalctl(1) takes for `--since`. */
  readonly since?: string | undefined;
  readonly follow?: boolean;
  /** Lets the lines go to the terminal, coloured or not. @default the output is captured */
  readonly show?: { readonly color: boolean } | undefined;
}

/**
 * Returns the invocation that reads the newest `lines` of one unit in this boot, text only, those of its last main process `pid` among
 * them. journald finds the unit of a line in the process that wrote it: of one that has ended before it looks, only the pid is known, and
 * those are the lines that tell why it has ended (seen with systemd 257, where 15 of 40 such lines lacked their unit).
 */
export function lastWords(
  unit: string,
  { pid, lines }: { readonly pid: string; readonly lines: number },
): Invocation {
  return {
    program: "journalctl",
    args: [
      "--user",
      "--no-pager",
      "--boot",
      `--lines=${lines}`,
      "--output=cat",
      `_SYSTEMD_USER_UNIT=${unit}`,
      "+",
      `USER_UNIT=${unit}`,
      ...(pid === "0" ? [] : ["+", `_PID=${pid}`]),
    ],
    changes: false,
    accept: [0, 1], // 1: nothing that it may read, which stderr explains
  };
}

/** Returns the invocation that reads the journal of `units`. */
export function journalctl(units: readonly string[], options: JournalOptions): Invocation {
  const { lines, since, follow, show } = options;
  return {
    program: "journalctl",
    args: [
      "--user",
      "--no-pager",
      ...(lines === undefined ? [] : [`--lines=${lines}`]),
      ...(since === undefined ? [] : [`--since=${since}`]),
      ...(follow ? ["--follow"] : []),
      ...units.map((unit) => `--unit=${unit}`),
    ],
    changes: false,
    ...(show === undefined ? {} : {
      inherit: true,
      environment: { SYSTEMD_COLORS: show.color ? "1" : "0" },
    }),
  };
}

/**
 * Whether journalctl printed that the user may not read the journal. A journal on disk has a file for each user; one that is kept in
 * memory alone belongs to the group systemd-journal. The words are the same in systemd 252 to 257, under LC_ALL=C.
 */
export function isForbidden(stderr: string): boolean {
  return stderr.includes("insufficient permissions");
}

/** What lets `user` read the journal. */
export function permissionHint(user: string): string {
  return `As root: mkdir -p /var/log/journal && systemctl restart systemd-journald, or: usermod -aG systemd-journal ${user}`;
}
