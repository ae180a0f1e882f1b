/** Forgets old generations. Which ones is decided here; `ppm history` shows what is left. */
import { UserError } from "../errors.ts";
import type { System } from "../host/system.ts";
import { GENERATIONS_DIRECTORY } from "../layout.ts";
import { readGenerationRecord } from "./generation_record.ts";
import { generationDirectory, listGenerations } from "./generations.ts";

/** How many generations are kept. */
const KEPT = 50;

/** What a generation is called from the moment it is given up: no run that is killed while it goes leaves half of one. */
const DISCARDED = ".discarded";

/** The same where it does not matter: what is recorded is recorded, and an old generation that cannot be removed is left to the next run. */
export function forgetOldest(system: System, needed: readonly (number | undefined)[]): void {
  try {
    pruneGenerations(system, needed);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

/** Removes all but the newest generations, and `needed` in any case; finishes what a run left that was killed at it. */
export function pruneGenerations(system: System, needed: readonly (number | undefined)[]): void {
  const discarded = `${system.user.home}/${GENERATIONS_DIRECTORY}/${DISCARDED}`;
  system.removeTree(discarded);
  const numbers = listGenerations(system);
  const passing = superseded(
    numbers,
    needed,
    (number) => readGenerationRecord(system, number).by === "neighbours",
  );
  const kept = numbers.filter((number) => !passing.includes(number));
  for (const number of [...passing, ...outdated(kept, needed)]) {
    system.rename(generationDirectory(system, number), discarded);
    system.removeTree(discarded);
  }
}

/**
 * Returns those of `numbers` (the oldest first) that neighbours have made and others after them, unless they are `needed`: of a chain of these, the
 * last one stands for all, so that neighbours that come and go do not push out what a rollback is for.
 */
export function superseded(
  numbers: readonly number[],
  needed: readonly (number | undefined)[],
  isByNeighbours: (number: number) => boolean,
): readonly number[] {
  const passing = new Set(numbers.filter(isByNeighbours));
  return numbers.filter((number, at) => {
    const next = numbers[at + 1];
    return next !== undefined && passing.has(number) && passing.has(next) && !needed.includes(number);
  });
}

/** Returns those of `numbers` (the oldest first) that go: neither among the newest, nor `needed`, nor what a needed one can go back to. */
export function outdated(
  numbers: readonly number[],
  needed: readonly (number | undefined)[],
): readonly number[] {
  return numbers.slice(0, -KEPT).filter((number, at) =>
    !needed.includes(number) && !needed.includes(numbers[at + 1])
  );
}
