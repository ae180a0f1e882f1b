import { deepStrictEqual } from "node:assert/strict";
import { formatRecord, NEW_RECORD } from "../../src/apply/generation_record.ts";
import { listGenerations } from "../../src/apply/generations.ts";
import { outdated, pruneGenerations, superseded } from "../../src/apply/prune_generations.ts";
import { FakeSystem } from "../support/fake_system.ts";

const GENERATIONS = "/home/app/.ppm/generations";

/** The numbers from `first` to `last`. */
function numbers(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

Deno.test("outdated() names all but the newest fifty, and never what is needed nor what that can go back to", () => {
  deepStrictEqual(outdated(numbers(1, 50), [50]), []);
  deepStrictEqual(outdated(numbers(1, 53), [53, 52]), [1, 2, 3]);
  // After a rollback to 4, what stands is old.
  deepStrictEqual(outdated(numbers(1, 60), [4, 60]), [1, 2, 5, 6, 7, 8, 9, 10]);
  deepStrictEqual(outdated([1, 4, ...numbers(20, 69)], [4, undefined]), []);
});

Deno.test("pruneGenerations() removes each outdated generation by its name first, and what a killed run left of one", () => {
  const system = new FakeSystem();
  for (const number of numbers(1, 52)) system.addFile(`${GENERATIONS}/${number}/generation.json`, "");
  system.addFile(`${GENERATIONS}/.discarded/generation.json`, "half of one");
  system.addFile(`${GENERATIONS}/notes.txt`, "mine");
  pruneGenerations(system, [52, 51]);
  deepStrictEqual(listGenerations(system), numbers(3, 52));
  deepStrictEqual(system.lstat(`${GENERATIONS}/.discarded`), undefined);
  deepStrictEqual(system.files[`${GENERATIONS}/notes.txt`], "mine");
});

Deno.test("pruneGenerations() that is killed leaves every generation whole or gone, and the next one goes on", () => {
  class Killed extends FakeSystem {
    left = Infinity;
    override removeTree(path: string): void {
      if (this.left-- <= 0) throw new Error("killed");
      super.removeTree(path);
    }
  }
  const system = new Killed();
  for (const number of numbers(1, 53)) system.addFile(`${GENERATIONS}/${number}/generation.json`, "");
  system.left = 2;
  try {
    pruneGenerations(system, [53]);
  } catch {
    // as planned
  }
  deepStrictEqual(listGenerations(system), numbers(3, 53));
  system.left = Infinity;
  pruneGenerations(system, [53]);
  deepStrictEqual(listGenerations(system), numbers(4, 53));
  deepStrictEqual(system.readDirectory(GENERATIONS)?.includes(".discarded"), false);
});

Deno.test("superseded() names of each chain that neighbours have made all but its last, and nothing that is needed", () => {
  const isByNeighbours = (made: readonly number[]) => (number: number) => made.includes(number);
  deepStrictEqual(superseded([1, 2, 3, 4], [4], isByNeighbours([2, 3, 4])), [2, 3]);
  deepStrictEqual(superseded([1, 2, 3, 4], [4, 3], isByNeighbours([2, 3, 4])), [2]);
  deepStrictEqual(superseded([1, 2, 3, 4], [4], isByNeighbours([2, 4])), []);
  deepStrictEqual(superseded([1, 2, 5], [5], isByNeighbours([2, 5])), [2]);
  deepStrictEqual(superseded([1, 2, 3], [3], isByNeighbours([])), []);
});

Deno.test("pruneGenerations() removes what neighbours have made before they made something else", () => {
  const system = new FakeSystem();
  for (const number of numbers(1, 3)) {
    system.addFile(
      `${GENERATIONS}/${number}/record.json`,
      formatRecord({ ...NEW_RECORD, by: number === 1 ? "setup" : "neighbours" }),
    );
  }
  pruneGenerations(system, [3]);
  deepStrictEqual(listGenerations(system), [1, 3]);
});
