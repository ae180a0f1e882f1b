import assert from "node:assert/strict";
import fc from "fast-check";
import { editDistance, suggest } from "../src/suggest.ts";

const NAMES = ["status", "start", "stop", "restart", "logs", "statedirectory"];

const CASES: readonly [string, string | undefined][] = [
  ["stauts", "status"],
  ["strat", "start"],
  ["log", "logs"],
  ["LOGS", "logs"],
  ["state_directory", "statedirectory"],
  ["xyzzy", undefined],
  ["", undefined],
];

for (const [typed, name] of CASES) {
  Deno.test(`suggest() answers ${JSON.stringify(typed)} with ${name}`, () => {
    assert.equal(suggest(typed, NAMES), name);
  });
}

Deno.test("editDistance() counts a swap of neighbours as one slip", () => {
  assert.equal(editDistance("ab", "ba"), 1);
  assert.equal(editDistance("kitten", "sitting"), 3);
});

Deno.test("editDistance() is symmetric, and 0 for equal texts alone", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
    assert.equal(editDistance(a, b), editDistance(b, a));
    assert.equal(editDistance(a, b) === 0, a === b);
  }));
});
