/** What ppm does with a restic repository. Everything that looks takes no lock and works on a machine that is only looked at. */
import type { ReadSystem, System } from "../system.ts";
import type { Repository } from "./access.ts";
import * as commands from "./commands.ts";
import {
  parseForget,
  parseNode,
  parseRepositoryId,
  parseSnapshots,
  type ResticSnapshot,
  type TreeEntry,
} from "./messages.ts";
import { notUnderstood, runRestic, understand } from "./run.ts";
import { readText } from "./watch.ts";

export type { Repository, ResticAccess } from "./access.ts";
export { redactRepository, resticSecrets } from "./access.ts";
export type { KeepRule, PassOptions } from "./commands.ts";
export { backUp, type PassResult } from "./pass.ts";
export { restoreSnapshot } from "./restore.ts";
export { resticVersion } from "./run.ts";
export type { ResticWatch } from "./watch.ts";

/** Which snapshots would stay and which would go: full ids. */
export interface ForgetPlan {
  readonly keep: readonly string[];
  readonly remove: readonly string[];
}

/** Returns the repository's id, 64 hexadecimal digits, which it keeps wherever it is moved to. */
export async function repositoryId(repository: Repository<ReadSystem>): Promise<string> {
  const command = commands.catConfig();
  const { stdout } = await runRestic(repository, command);
  return understand(command, () => parseRepositoryId(stdout));
}

/** Lists snapshots, the newest last: of one instance, with all of `tags`, or everything. `timeoutMs`: how long the repository may take to answer. */
export async function listSnapshots(
  repository: Repository<ReadSystem>,
  options: { readonly instance?: string; readonly tags?: readonly string[]; readonly timeoutMs?: number } =
    {},
): Promise<readonly ResticSnapshot[]> {
  const command = commands.snapshots(options);
  const { stdout } = await runRestic(repository, command);
  return understand(command, () => parseSnapshots(stdout));
}

/** Gives every entry of a snapshot to `onEntry`, in constant memory. */
export async function listFiles(
  repository: Repository<ReadSystem>,
  id: string,
  onEntry: (entry: TreeEntry) => void,
): Promise<void> {
  const command = commands.ls(id);
  let begun = false;
  await runRestic(repository, command, {
    onLine: (line) => {
      const entry = understand(command, () => parseNode(line));
      // The snapshot itself comes first: without it nothing was listed, whatever the exit code.
      if (!begun && entry !== undefined) throw notUnderstood(command, "it does not begin with the snapshot");
      begun = true;
      if (entry !== undefined) onEntry(entry);
    },
  });
  if (!begun) throw notUnderstood(command, "it is empty");
}

/** Changes a snapshot's tags, and so its id. Says whether that changed anything: not where it is gone, or was tagged like that already. */
export async function tagSnapshot(
  repository: Repository,
  id: string,
  tags: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
): Promise<boolean> {
  const command = commands.tag(id, tags);
  const { stdout } = await runRestic(repository, command);
  // 0.14 says it in words whatever it was asked for.
  const changed =
    /^modified tags on (\d+) snapshots?$|"changed_snapshots":(\d+)|^(no) snapshots were modified$/m
      .exec(stdout);
  if (changed === null) throw notUnderstood(command, "it does not say how many snapshots it changed");
  return Number(changed[1] ?? changed[2] ?? 0) > 0;
}

/** Asks restic which snapshots of an instance, with all of `tags`, a rule would forget. Nothing is forgotten. */
export async function planForget(
  repository: Repository<ReadSystem>,
  options: {
    readonly instance: string;
    readonly tags: readonly string[];
    readonly keep: commands.KeepRule;
  },
): Promise<ForgetPlan> {
  const command = commands.forgetDryRun(options);
  const { stdout } = await runRestic(repository, command);
  return understand(command, () => parseForget(stdout));
}

/** Forgets exactly these snapshots (full ids); those that are gone already are no error. */
export async function forgetSnapshots(repository: Repository, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await runRestic(repository, commands.forget(ids));
}

/** Removes from the repository what no snapshot needs any more. */
export async function prune(repository: Repository<System>): Promise<void> {
  const command = commands.pruneCommand();
  const read = readText(() => {});
  await runRestic(repository, command, { onLine: (line) => understand(command, () => read(line)) });
}

/** Checks the repository's structure, and reads one `part` (from 1) of `of` of everything in it. Throws {@linkcode ResticError} for what is damaged. */
export async function checkRepository(
  repository: Repository,
  options: { readonly subset?: { readonly part: number; readonly of: number } } = {},
): Promise<void> {
  const command = commands.check(options.subset);
  let clean = false;
  const read = readText((line) => {
    clean ||= line.trim() === "no errors were found";
  });
  await runRestic(repository, command, { onLine: (line) => understand(command, () => read(line)) });
  if (!clean) throw notUnderstood(command, "it does not say that there are no errors");
}

/** Removes locks that dead processes left, and no others. */
export async function unlockStale(repository: Repository): Promise<void> {
  await runRestic(repository, commands.unlock());
}
