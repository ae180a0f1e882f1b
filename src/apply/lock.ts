/** One ppm at a time changes an application; the others wait and say for whom. */
import { UserError } from "../errors.ts";
import type { Clock } from "../host/clock.ts";
import type { FileLock, System } from "../host/system.ts";
import { LOCK_FILE, PPM_DIRECTORY } from "../layout.ts";

/** How long one ppm waits for another: an upgrade with its backup fits in. */
const PATIENCE_MS = 10 * 60 * 1000;
const POLL_MS = 100;

export interface LockOptions {
  /** The verb that wants the lock, for those who will wait for it: `setup`. */
  readonly verb: string;
  readonly clock: Clock;
  /** Whether to wait for another ppm. */
  readonly wait: boolean;
  /** Called once, with who holds the lock, before waiting. */
  readonly onWait: (holder: string) => void;
}

/** Runs `body` while holding the lock. Makes `.ppm/` if it is not there, and takes it away again if `body` failed and left nothing in it. */
export async function withLock<T>(system: System, options: LockOptions, body: () => Promise<T>): Promise<T> {
  const directory = `${system.user.home}/${PPM_DIRECTORY}`;
  const path = `${system.user.home}/${LOCK_FILE}`;
  const isNew = system.lstat(directory) === undefined;
  if (isNew) system.makeDirectory(directory, 0o700);
  requireOwnDirectory(system, directory);
  const lock = await acquire(system, path, options);
  try {
    return await body();
  } catch (error) {
    if (isNew && system.readDirectory(directory)?.every((name) => `${PPM_DIRECTORY}/${name}` === LOCK_FILE)) {
      system.removeFile(path);
      system.removeEmptyDirectory(directory);
    }
    throw error;
  } finally {
    lock.release();
  }
}

/** Throws unless `.ppm/` is this user's alone: secrets lie in it, and what it says is believed. */
function requireOwnDirectory(system: System, directory: string): void {
  const { name, uid } = system.user;
  const stat = system.lstat(directory);
  const fault = stat?.kind !== "directory"
    ? "it is not a directory"
    : stat.uid !== uid
    ? `it does not belong to ${name}`
    : (stat.mode & 0o077) !== 0
    ? "others may look into it"
    : undefined;
  if (fault === undefined) return;
  const hint = stat?.kind === "directory" && stat.uid === uid
    ? `After a look at who did that and why: chmod 700 ${directory}`
    : "Move it out of the way, then run the same command again";
  throw new UserError(`Cannot use ${directory}: ${fault}`, { hint });
}

async function acquire(system: System, path: string, options: LockOptions): Promise<FileLock> {
  const note = `ppm ${options.verb}, pid ${Deno.pid}, since ${new Date(options.clock.now()).toISOString()}\n`;
  const deadline = options.clock.elapsed() + PATIENCE_MS;
  for (let waited = false;; waited = true) {
    const lock = system.tryLock(path, note);
    if (lock !== undefined) return lock;
    const holder = new TextDecoder().decode(system.readFile(path)).trim() || "another ppm";
    if (!options.wait || options.clock.elapsed() >= deadline) throw heldBy(holder);
    if (!waited) options.onWait(holder);
    await options.clock.sleep(POLL_MS);
  }
}

function heldBy(holder: string): UserError {
  return new UserError(`Cannot get the lock: it is held by ${holder}`, {
    exit: "locked",
    hint: "Wait until that has ended; the lock is gone as soon as its process is",
  });
}
