/** What a standing clone says of itself. Only looks: git takes no lock for it, so one that a killed git left is in nobody's way. */
import { UserError } from "../errors.ts";
import { git } from "../host/git.ts";
import { ProgramError } from "../host/program_error.ts";
import type { ReadSystem } from "../host/system.ts";

/** What a clone holds that its remote does not. */
export interface LocalChanges {
  /** Files of the work tree that differ from the commit, or that it does not have, with slashes. */
  readonly files: readonly string[];
  /** How many commits no branch or tag of the remote holds. */
  readonly commits: number;
}

/** Returns the commit that is checked out in the clone at `directory`. Throws where there is none: the clone is damaged. */
export async function headCommit(system: ReadSystem, directory: string): Promise<string> {
  const args = ["rev-parse", "--verify", "--end-of-options", "HEAD^{commit}"];
  try {
    return (await system.run(git(args, { directory, changes: false }))).stdout.trim();
  } catch (error) {
    if (!(error instanceof ProgramError) || error.failure.kind !== "exit") throw error;
    throw new UserError(`Cannot use the clone ${directory}: git finds no commit in it`, {
      hint:
        `It is only a copy. Unless you committed something in it that is nowhere else: rm -rf ${directory}, ` +
        "then ppm setup makes it again",
      cause: error,
    });
  }
}

/** Returns where the clone at `directory` comes from, as it was cloned; undefined where nobody says. */
export async function originOf(system: ReadSystem, directory: string): Promise<string | undefined> {
  const args = ["config", "--local", "--get", "remote.origin.url"];
  const { code, stdout } = await system.run(git(args, { directory, changes: false, accept: [0, 1] }));
  return code === 0 ? stdout.trimEnd() : undefined;
}

/** Returns what would be lost with the clone at `directory`. */
export async function localChanges(system: ReadSystem, directory: string): Promise<LocalChanges> {
  const args = ["rev-list", "--count", "HEAD", "--branches", "--not", "--remotes", "--tags"];
  const [files, commits] = await Promise.all([
    changedFiles(system, directory),
    system.run(git(args, { directory, changes: false })),
  ]);
  return { files, commits: Number(commits.stdout.trim()) };
}

/** Returns the files of the work tree at `directory` that differ from the commit, or that it does not have, with slashes. */
export async function changedFiles(system: ReadSystem, directory: string): Promise<readonly string[]> {
  const flags = [
    "--porcelain=v1",
    "-z",
    "--no-renames",
    "--untracked-files=normal",
    "--ignore-submodules=all",
  ];
  const args = ["status", ...flags];
  const { stdout } = await system.run(git(args, { directory, changes: false }));
  return stdout.split("\0").filter((line) => line !== "").map((line) => line.slice(3));
}

/** Throws unless what stands at `directory` is a clone of this user's own: anything else could answer in ppm's name. */
export function requireOwnClone(system: ReadSystem, directory: string): void {
  for (const path of [directory, `${directory}/.git`]) {
    const stat = system.lstat(path);
    const way = {
      hint: `Look at it, then move it away: ppm setup makes the clone again (it is only a copy)`,
    };
    if (stat?.kind !== "directory") {
      throw new UserError(`Cannot use the clone ${directory}: ${path} is no directory`, way);
    }
    if (stat.uid !== system.user.uid) {
      const state = `it belongs to the user with uid ${stat.uid}, not to ${system.user.name}`;
      throw new UserError(`Cannot use the clone ${path}: ${state}`, way);
    }
  }
}
