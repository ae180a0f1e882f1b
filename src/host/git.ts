/**
 * git: invocations as values, hardened.
 *
 * A repository is other people's text. Nothing that it, its `.git`, the machine's git configuration or the environment says may
 * run a program, ask a question or wait for ever. The settings go by environment, where they rank as `-c` options do and
 * reach git's own children, so that the command line stays what a person would type.
 */
import type { Invocation } from "./system.ts";

/** How to run git. */
export interface GitOptions {
  /** Whether it changes anything outside a scratch directory. */
  readonly changes: boolean;
  /** The work tree of the repository to work in. Git does not look for another one, above it or within it. */
  readonly directory?: string;
  /** Lets git read a remote that is a path on this machine. @default {false} */
  readonly allowLocal?: boolean;
  /** @default {60_000} */
  readonly timeoutMs?: number;
  readonly stdin?: string;
  /** @default {[0]} */
  readonly accept?: readonly number[];
  readonly maxOutputBytes?: number;
}

/** What every git that ppm runs is told, over anything that a configuration file says. */
const SETTINGS: readonly (readonly [string, string])[] = [
  // Nothing that lies in a clone is executed.
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.attributesFile", "/dev/null"],
  ["credential.helper", ""],
  // A link is checked out as a file that holds its target.
  ["core.symlinks", "false"],
  ["submodule.recurse", "false"],
  // What arrives is checked object by object, and outlives a power cut.
  ["transfer.fsckObjects", "true"],
  ["fetch.fsckObjects", "true"],
  ["transfer.credentialsInUrl", "die"],
  ["core.fsync", "all"],
  // No work in the background that would outlive this run.
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  // A server that falls silent is given up after about twice this time; one at work sends a sign of life every five seconds.
  ["http.lowSpeedLimit", "1"],
  ["http.lowSpeedTime", "30"],
  ["advice.detachedHead", "false"],
];

/** Never asks, gives up on a silent server within a minute, and leaves no shared connection behind. */
const SSH = "ssh -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=15 -oServerAliveCountMax=3 " +
  "-oControlMaster=no -oControlPath=none";

/**
 * Returns the invocation of `git ARGS…`. Values that come from people must stand after `--` or `--end-of-options` in `args`.
 *
 * Sources of the settings: git(1) "SECURITY", git-config(1).
 */
export function git(args: readonly string[], options: GitOptions): Invocation {
  const { directory, changes, allowLocal = false, ...rest } = options;
  const place = directory === undefined ? [] : ["-C", directory, "--git-dir=.git", "--work-tree=."];
  return {
    ...rest,
    program: "git",
    args: [...place, ...args],
    changes,
    environment: {
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      ...settings(),
      GIT_ATTR_NOSYSTEM: "1",
      GIT_ALLOW_PROTOCOL: allowLocal ? "https:ssh:file" : "https:ssh",
      GIT_TERMINAL_PROMPT: "0",
      GIT_ASKPASS: "",
      GIT_SSH_COMMAND: SSH,
      GIT_SSH_VARIANT: "ssh",
      // What is read is what the ids say, from this repository; reading takes no lock and writes nothing.
      GIT_NO_REPLACE_OBJECTS: "1",
      GIT_GRAFT_FILE: "/dev/null/none",
      GIT_NO_LAZY_FETCH: "1",
      GIT_OPTIONAL_LOCKS: "0",
    },
  };
}

/** The settings in the form that git reads from its environment (git-config(1), GIT_CONFIG_COUNT). */
function settings(): Record<string, string> {
  return Object.fromEntries([
    ["GIT_CONFIG_COUNT", String(SETTINGS.length)],
    ...SETTINGS.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]);
}
