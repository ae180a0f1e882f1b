/** Forgets old generations. Which ones is decided here; `ppm history` shows what is left. */
import type { System } from "../host/system.ts";
import { GENERATIONS_DIRECTORY } from "../layout.ts";
import { generationDirectory, listGenerations } from "./generations.ts";

/** How many generations are kept. */
const KEPT = 50;

/** What a generation is called from the moment it is given up: no run that is killed while it goes leaves half of one. */
const DISCARDED = ".discarded";

/** Removes all but the newest generations, and `needed` in any case; finishes what a run left that was killed at it. */
export function pruneGenerations(system: System, needed: readonly (number | undefined)[]): void {
  const discarded = `${system.user.home}/${GENERATIONS_DIRECTORY}/${DISCARDED}`;
  system.removeTree(discarded);
  for (const number of outdated(listGenerations(system), needed)) {
    system.rename(generationDirectory(system, number), discarded);
    system.removeTree(discarded);
  }
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
