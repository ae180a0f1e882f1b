/**
 * Moves the clone's work tree to another commit.
 *
 * git does not do that in one step, and one that is killed leaves files of both commits. So both are written down first, in
 * {@linkcode MOVE_FILE}: the files of the one are taken for known, and what stands is made to be the other's. Whoever is killed meanwhile, that can
 * be done again, in either direction.
 */
import { UserError } from "../errors.ts";
import { oneOf, shape, text } from "../host/check_json.ts";
import type { Clock } from "../host/clock.ts";
import { git } from "../host/git.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { MOVE_FILE } from "../layout.ts";
import { cloneDirectory } from "./clone.ts";
import { awaitLocks, removeLocks } from "./clone_locks.ts";
import { isFullId, theCommit } from "./clone_revision.ts";
import { requirePlainSettings } from "./clone_settings.ts";
import { changedFiles, headCommit, requireOwnClone } from "./clone_state.ts";
import { listFiles } from "./clone_warnings.ts";
import { hasCommit, isAncestor } from "./commits.ts";

/** A move that has begun. Full ids. */
interface Move {
  readonly version: 1;
  readonly from: string;
  readonly to: string;
}

/** What {@linkcode finishMove} can be given. */
export interface FinishMoveOptions {
  readonly clock?: Clock;
  /** Is told, in a sentence, of each lock that was taken for left behind, and of a move that was taken back. */
  readonly warn?: (sentence: string) => void;
}

const MOVE = shape<Move>({ version: oneOf(1), from: fullId, to: fullId });

/** A definition may be as large as `screen.ts` says, and the disk slow. */
const CHECKOUT_MS = 10 * 60_000;

/** Where commits are kept that the clone has left and that nothing else holds, for those who want to go back to them. */
const LEFT = "refs/ppm/left/";

/** Throws {@linkcode UserError}, naming files, unless the clone is this user's own and its work tree is that of its commit: moving would overwrite it. */
export async function requireCleanClone(system: ReadSystem): Promise<void> {
  const directory = cloneDirectory(system);
  requireOwnClone(system, directory);
  await requirePlainSettings(system, directory);
  const files = await changedFiles(system, directory);
  if (files.length === 0) return;
  throw new UserError(
    `Cannot move the clone ${directory}: files in it were changed by hand: ${listFiles(files)}`,
    {
      hint:
        `See them: git -C ${directory} status; put them aside: git -C ${directory} stash --include-untracked`,
    },
  );
}

/** Checks `commit`, a full id that the clone has, out in it, on no branch. For a clone that is clean, or in the middle of a move. */
export async function moveClone(system: System, commit: string): Promise<void> {
  const standing = readMove(system);
  if (standing !== undefined) await settle(system, standing, standing.to === commit ? commit : standing.from);
  const directory = cloneDirectory(system);
  const from = await headCommit(system, directory);
  if (from === commit) return;
  if (!isFullId(commit) || !await hasCommit(system, directory, commit)) {
    throw new UserError(`Cannot move the clone ${directory} to the commit ${commit}: it does not have it`, {
      hint: `Fetch it, if the repository still has it: git -C ${directory} fetch origin ${commit}`,
    });
  }
  if (!await isAncestor(system, directory, from, commit)) {
    await system.run(git(["update-ref", LEFT + from, from], { directory, changes: true }));
  }
  writeMove(system, { version: 1, from, to: commit });
  await checkOut(system, directory, commit);
  system.removeFile(movePath(system));
}

/**
 * Brings a move to its end that was begun and killed, whatever it left; says whether there was one. One that cannot be finished, as on a
 * full disk, is taken back. Where there was none, waits until nobody
 * else works in the clone, a minute at most.
 */
export async function finishMove(system: System, options: FinishMoveOptions = {}): Promise<boolean> {
  const directory = cloneDirectory(system);
  if (system.lstat(directory) === undefined) {
    system.removeFile(movePath(system)); // of a clone that somebody removed
    return false;
  }
  requireOwnClone(system, directory);
  const move = readMove(system);
  if (move !== undefined) {
    try {
      await settle(system, move, move.to);
    } catch (error) {
      await settle(system, move, move.from);
      const why = error instanceof Error ? error.message : error;
      options.warn?.(`Left ${directory} at the commit ${move.from.slice(0, 12)}: ${why}`);
    }
    return true;
  }
  for (const warning of await awaitLocks(system, directory, options.clock)) options.warn?.(warning);
  return false;
}

/** Makes the work tree that of `goal`, one end of `move`, out of any mixture of both. */
async function settle(system: System, move: Move, goal: string): Promise<void> {
  const directory = cloneDirectory(system);
  const other = goal === move.to ? move.from : move.to;
  writeMove(system, { version: 1, from: other, to: goal });
  removeLocks(system, directory);
  // What git is told it had checked out is what it replaces or takes away. A clone made anew may not have the other end.
  const known = await hasCommit(system, directory, other) ? other : goal;
  await system.run(git(["read-tree", "--end-of-options", known], { directory, changes: true }));
  await checkOut(system, directory, goal);
  system.removeFile(movePath(system));
}

async function checkOut(system: System, directory: string, commit: string): Promise<void> {
  const args = ["checkout", "--quiet", "--force", "--detach", theCommit(commit), "--"];
  await system.run(git(args, { directory, changes: true, timeoutMs: CHECKOUT_MS }));
}

function readMove(system: ReadSystem): Move | undefined {
  const path = movePath(system);
  const content = system.readFile(path);
  if (content === undefined) return undefined;
  try {
    return MOVE(JSON.parse(new TextDecoder().decode(content)), "");
  } catch (error) {
    throw new UserError(`Cannot read ${path}: it is damaged`, {
      hint: `Remove it, then see what is checked out: git -C ${cloneDirectory(system)} status`,
      cause: error,
    });
  }
}

function writeMove(system: System, move: Move): void {
  system.writeFile(movePath(system), `${JSON.stringify(move)}\n`, 0o600);
}

function fullId(value: unknown, path: string): string {
  const id = text(value, path);
  if (!isFullId(id)) throw new Error(`${path} is not the full id of a commit`);
  return id;
}

function movePath(system: ReadSystem): string {
  return `${system.user.home}/${MOVE_FILE}`;
}
