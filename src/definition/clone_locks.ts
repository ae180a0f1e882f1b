/** What a killed git leaves in a clone: locks, which would be in everybody's way for ever, and halves of packs, which only take room. */
import { type Clock, REAL_CLOCK } from "../host/clock.ts";
import type { System } from "../host/system.ts";

/** git itself holds these locks for moments; whoever works in the clone by hand is granted this. */
const LOCK_MS = 60_000;

/** How often a lock is looked at again. */
const LOOK_MS = 500;

/** A pack that nobody has written to for so long will never be finished. */
const PACK_MS = 60 * 60_000;

/** Removes every lock in the clone at `directory`, at once: for whoever knows that a killed ppm left them. */
export function removeLocks(system: System, directory: string): void {
  for (const lock of locks(system, directory)) system.removeFile(lock);
}

/**
 * Returns once nothing in the clone at `directory` is locked: waits until git has let go, and removes what is a minute old. Returns a sentence
 * that says so for each lock that was removed.
 */
export async function awaitLocks(
  system: System,
  directory: string,
  clock: Clock = REAL_CLOCK,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  const begun = clock.elapsed();
  for (let held = locks(system, directory); held.length > 0; held = locks(system, directory)) {
    const waited = clock.elapsed() - begun; // counts alone where the date was set back
    for (const lock of held) {
      const age = clock.now() - (system.lstat(lock)?.modifiedMs ?? Infinity);
      if (Math.max(age, waited) < LOCK_MS) continue;
      system.removeFile(lock);
      warnings.push(`Removed ${lock}: a git that was killed had left it`);
    }
    if (locks(system, directory).length > 0) await clock.sleep(LOOK_MS);
  }
  return warnings;
}

/** Removes the halves of packs that killed fetches left in the clone at `directory`. */
export function removeHalfPacks(system: System, directory: string, clock: Clock = REAL_CLOCK): void {
  const packs = `${directory}/.git/objects/pack`;
  for (const name of system.readDirectory(packs) ?? []) {
    if (!name.startsWith("tmp_")) continue;
    const stat = system.lstat(`${packs}/${name}`);
    if (stat?.kind === "file" && clock.now() - stat.modifiedMs > PACK_MS) {
      system.removeFile(`${packs}/${name}`);
    }
  }
}

/** Returns the locks of the index, of HEAD, of the configuration and of every branch and tag. */
function locks(system: System, directory: string): readonly string[] {
  const top = `${directory}/.git`;
  const own = (system.readDirectory(top) ?? []).map((name) => `${top}/${name}`).filter(isLock);
  return [...own, ...locksBelow(system, `${top}/refs`)];
}

function locksBelow(system: System, directory: string): readonly string[] {
  return (system.readDirectory(directory) ?? []).map((name) => `${directory}/${name}`).flatMap((path) => {
    if (isLock(path)) return [path];
    return system.lstat(path)?.kind === "directory" ? locksBelow(system, path) : [];
  });
}

/** No branch and no tag can be called so (git-check-ref-format(1)). */
function isLock(path: string): boolean {
  return path.endsWith(".lock");
}
