/** restic's commands as values. What comes from elsewhere stands behind `=` or `--`, where it is no option. */

/** A command of restic's, without what says which repository. */
export interface ResticCommand {
  /** What it does, for messages: "Cannot …". */
  readonly task: string;
  readonly args: readonly string[];
  /** Whether it writes to the repository or to this machine. What only reads takes no lock. */
  readonly changes: boolean;
  /** Whether it deals with the application's files, which may belong to a container's users. @default {false} */
  readonly touchesFiles?: boolean;
  /** @default {60_000} */
  readonly timeoutMs?: number;
  /** Whether everything else on the machine goes first. @default {false} */
  readonly nice?: boolean;
  /** Exit codes that are no failure. @default {[0]} */
  readonly accept?: readonly number[];
}

/** What a pass saves. */
export interface PassOptions {
  /** Relative to the home directory, so that they restore under any other. */
  readonly paths: readonly string[];
  /** restic's patterns. */
  readonly excludes: readonly string[];
  readonly host: string;
  /** Without commas. */
  readonly tags: readonly string[];
  /** The snapshot to compare with; without one every file is read. */
  readonly parent?: string | undefined;
  /** Whether everything else on the machine goes first. @default {false} */
  readonly nice?: boolean;
}

/** How many snapshots to keep; restic's words and meaning. */
export interface KeepRule {
  readonly hourly: number;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
}

const TEN_MINUTES_MS = 600_000;

export function catConfig(): ResticCommand {
  return { task: "open the repository", args: ["cat", "--no-lock", "--", "config"], changes: false };
}

export function snapshots(
  options: { readonly instance?: string; readonly tags?: readonly string[]; readonly timeoutMs?: number },
): ResticCommand {
  const { instance, tags = [], timeoutMs } = options;
  return {
    task: "list the snapshots",
    args: ["snapshots", "--json", "--no-lock", ...host(instance), ...allTags(tags)],
    changes: false,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

export function backup(
  { paths, excludes, host: name, tags, parent, nice = false }: PassOptions,
): ResticCommand {
  return {
    task: "back up",
    args: [
      "backup",
      "--json",
      `--host=${name}`,
      ...tags.map((tag) => `--tag=${tag}`),
      ...excludes.map((pattern) => `--exclude=${pattern}`),
      parent === undefined ? "--force" : `--parent=${parent}`,
      "--",
      ...paths,
    ],
    changes: true,
    touchesFiles: true,
    nice,
    timeoutMs: Infinity,
    accept: [0, 3], // 3: a snapshot, with some files missing
  };
}

/** `json`: whether this release tells how far it is. It takes a lock: a prune meanwhile would take away what it is about to read. */
export function restore(id: string, target: string, options: { readonly json: boolean }): ResticCommand {
  return {
    task: "restore the snapshot",
    args: ["restore", ...(options.json ? ["--json"] : []), "--verify", `--target=${target}`, "--", id],
    changes: true,
    touchesFiles: true,
    timeoutMs: Infinity,
  };
}

export function ls(id: string): ResticCommand {
  return {
    task: "list what is in the snapshot",
    args: ["ls", "--json", "--no-lock", "--", id],
    changes: false,
    timeoutMs: Infinity,
  };
}

export function tag(
  id: string,
  { add = [], remove = [] }: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
): ResticCommand {
  return {
    task: "change the tags of a snapshot",
    args: [
      "tag",
      "--json",
      ...add.map((each) => `--add=${each}`),
      ...remove.map((each) => `--remove=${each}`),
      "--",
      id,
    ],
    changes: true,
    timeoutMs: TEN_MINUTES_MS,
  };
}

/** What restic would forget; nothing is forgotten. Throws RangeError for a rule that keeps nothing: that is never meant. */
export function forgetDryRun(
  options: { readonly instance: string; readonly tags: readonly string[]; readonly keep: KeepRule },
): ResticCommand {
  const rule = Object.entries({
    "keep-hourly": options.keep.hourly,
    "keep-daily": options.keep.daily,
    "keep-weekly": options.keep.weekly,
    "keep-monthly": options.keep.monthly,
    "keep-yearly": options.keep.yearly,
  }).filter(([, number]) => number > 0);
  if (rule.length === 0) throw new RangeError("A rule that keeps no snapshot at all");
  return {
    task: "find out which snapshots to forget",
    args: [
      "forget",
      "--dry-run",
      "--no-lock",
      "--json",
      `--host=${options.instance}`,
      ...allTags(options.tags),
      "--group-by=host",
      ...rule.map(([name, number]) => `--${name}=${number}`),
    ],
    changes: false,
  };
}

export function forget(ids: readonly string[]): ResticCommand {
  return {
    task: "forget snapshots",
    args: ["forget", "--", ...ids],
    changes: true,
    timeoutMs: TEN_MINUTES_MS,
  };
}

export function pruneCommand(): ResticCommand {
  return { task: "prune the repository", args: ["prune"], changes: true, timeoutMs: Infinity };
}

/** `subset`: which part of what is in the repository is read, of how many parts. */
export function check(subset: { readonly part: number; readonly of: number } | undefined): ResticCommand {
  return {
    task: "check the repository",
    args: ["check", ...(subset === undefined ? [] : [`--read-data-subset=${subset.part}/${subset.of}`])],
    changes: true,
    timeoutMs: Infinity,
  };
}

/** Removes locks of dead processes; those of the living stay. */
export function unlock(): ResticCommand {
  return { task: "remove stale locks", args: ["unlock"], changes: true };
}

function host(instance: string | undefined): readonly string[] {
  return instance === undefined ? [] : [`--host=${instance}`];
}

/** Only snapshots that carry all of the tags: a comma means "and". */
function allTags(tags: readonly string[]): readonly string[] {
  return tags.length === 0 ? [] : [`--tag=${tags.join(",")}`];
}
