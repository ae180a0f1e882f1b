import { strictEqual, throws } from "node:assert/strict";
import { formatRecord, type GenerationRecord, NEW_RECORD } from "../../src/apply/generation_record.ts";
import { chooseGeneration, snapshotOf } from "../../src/upgrade/choose_generation.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";

/** A machine with the generations that have these records, by number. */
function aHistory(records: Readonly<Record<number, Partial<GenerationRecord>>>): FakeSystem {
  const files = Object.entries(records).map(([number, changes]) => [
    `/home/app/.ppm/generations/${number}/record.json`,
    formatRecord({ ...NEW_RECORD, ...changes }),
  ]);
  return new FakeSystem({ files: Object.fromEntries(files) });
}

function choose(
  system: FakeSystem,
  { standing, wanted }: { readonly standing: number; readonly wanted?: number },
): number {
  return chooseGeneration(system, aManifest({ generation: standing, newest: standing }), wanted);
}

Deno.test("chooseGeneration() goes to the newest one before that was ever well", () => {
  const system = aHistory({
    1: {},
    2: { left: { for: 1, time: "" } },
    3: { outcome: "failed" },
    4: { outcome: "trial" },
    5: {},
    6: {},
  });
  strictEqual(choose(system, { standing: 6 }), 5);
  strictEqual(choose(system, { standing: 5 }), 2, "past what never was well");
  strictEqual(choose(system, { standing: 2 }), 1, "not to one that came after");
});

Deno.test("chooseGeneration() goes to what stood before, and not to what a rollback has left", () => {
  const system = aHistory({
    1: {},
    2: { previous: 1 },
    3: { previous: 2, left: { for: 2, time: "" } },
    4: { previous: 2, outcome: "failed" },
    5: { previous: 2 },
    6: { previous: 4 },
    7: { previous: 99 },
    8: { previous: 8 },
  });
  strictEqual(choose(system, { standing: 5 }), 2);
  strictEqual(choose(system, { standing: 6 }), 2, "past what never was well");
  strictEqual(choose(system, { standing: 7 }), 6, "what stood before is gone");
  strictEqual(choose(system, { standing: 8 }), 7, "a record that makes no sense");
});

Deno.test("chooseGeneration() follows what stood before, and not what a rollback has left", () => {
  const system = aHistory({
    1: {},
    2: { previous: 1, left: { for: 1, time: "" } },
    3: { previous: 1 },
    4: { previous: 3, outcome: "failed" },
    5: { previous: 3 },
  });
  strictEqual(choose(system, { standing: 5 }), 3);
  strictEqual(choose(system, { standing: 3 }), 1);
});

Deno.test("chooseGeneration() goes past what is gone or never was well, and does not go round in circles", () => {
  strictEqual(choose(aHistory({ 1: {}, 5: { previous: 3 } }), { standing: 5 }), 1, "3 was pruned");
  const failed = aHistory({ 1: {}, 2: { previous: 1, outcome: "failed" }, 3: { previous: 2 } });
  strictEqual(choose(failed, { standing: 3 }), 1);
  strictEqual(choose(aHistory({ 1: {}, 2: { previous: 2 }, 3: { previous: 4 } }), { standing: 3 }), 2);
});

Deno.test("chooseGeneration() sorts by number, and not by name", () => {
  strictEqual(choose(aHistory({ 2: {}, 9: {}, 10: {}, 11: {} }), { standing: 11 }), 10);
});

Deno.test("chooseGeneration() goes wherever an administrator says, also where it failed, forward, or to what stands", () => {
  const system = aHistory({ 1: { outcome: "failed" }, 2: {}, 3: {} });
  for (const wanted of [1, 2, 3]) strictEqual(choose(system, { standing: 2, wanted }), wanted);
});

Deno.test("chooseGeneration() refuses what there is not", () => {
  const hint = "See which there are: ppm history";
  throws(() => choose(aHistory({ 1: {}, 3: {} }), { standing: 3, wanted: 2 }), {
    message: "Cannot go back to generation 2: there is none",
    hint,
  });
  throws(() => choose(aHistory({ 1: { outcome: "failed" }, 2: {} }), { standing: 2 }), {
    message: "Cannot go back: there is no generation before 2",
    hint,
  });
});

Deno.test("snapshotOf() knows the newest snapshot that was taken when the generation was left", () => {
  const system = aHistory({
    1: {},
    2: { previous: 1, snapshot: "first" },
    3: { previous: 2, snapshot: "of two" },
    4: { previous: 1, snapshot: "second" },
    5: { previous: 1 },
  });
  strictEqual(snapshotOf(system, 1), "second");
  strictEqual(snapshotOf(system, 2), "of two");
  throws(() => snapshotOf(system, 4), {
    message: "Cannot go back to generation 4 with its data: no upgrade has saved it when it was left",
  });
});
