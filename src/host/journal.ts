/** The journal of the user's units: invocations as values. */
import type { Invocation } from "./system.ts";

export interface JournalOptions {
  /** At most so many of the newest lines. @default all */
  readonly lines?: number | undefined;
  /** What journalctl(1) takes for `--since`. */
  readonly since?: string | undefined;
  readonly follow?: boolean;
  /** Only the text of each line, without time and name. @default {false} */
  readonly bare?: boolean;
  /** Lets the lines go to the terminal, coloured or not. @default the output is captured */
  readonly show?: { readonly color: boolean } | undefined;
}

/** Returns the invocation that reads the journal of `units`. */
export function journalctl(units: readonly string[], options: JournalOptions = {}): Invocation {
  const { lines, since, follow, bare, show } = options;
  return {
    program: "journalctl",
    args: [
      "--user",
      "--no-pager",
      ...(lines === undefined ? [] : [`--lines=${lines}`]),
      ...(since === undefined ? [] : [`--since=${since}`]),
      ...(bare ? ["--output=cat"] : []),
      ...(follow ? ["--follow"] : []),
      ...units.map((unit) => `--unit=${unit}`),
    ],
    changes: false,
    ...(bare ? { accept: [0, 1] } : {}), // 1: nothing that it may read, which stderr explains
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
