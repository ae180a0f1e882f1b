import assert from "node:assert/strict";
import { countIds, freeRange, overlapping, parseIdRanges, rangesOf } from "../../src/doctor/id_ranges.ts";

const TEXT = "app:100000:65536\n# a comment\n1001:165536:65536\nnonsense\nother:x:1\n";

Deno.test("parseIdRanges() reads lines of three parts, and no others", () => {
  assert.deepEqual(parseIdRanges(TEXT), [
    { owner: "app", first: 100000, count: 65536 },
    { owner: "1001", first: 165536, count: 65536 },
  ]);
});

Deno.test("rangesOf() knows a user by name and by uid", () => {
  const all = parseIdRanges(TEXT);
  assert.equal(countIds(rangesOf(all, { name: "app", uid: 1000 })), 65536);
  assert.equal(rangesOf(all, { name: "b", uid: 1001 })[0]?.first, 165536);
  assert.deepEqual(rangesOf(all, { name: "c", uid: 1002 }), []);
});

Deno.test("overlapping() finds a range with one id in common, and not its neighbour", () => {
  const all = parseIdRanges("app:100000:10\nnext:100010:10\nlast:100009:1\n");
  const own = rangesOf(all, { name: "app", uid: 1 });
  assert.equal(overlapping(own, all)?.owner, "last");
  assert.equal(overlapping(own, all.slice(0, 2)), undefined);
});

Deno.test("freeRange() begins above all others, on a round number, never among real users", () => {
  assert.equal(freeRange([]), 100_000);
  assert.equal(freeRange(parseIdRanges("app:100000:65536\n")), 200_000);
  assert.equal(freeRange(parseIdRanges("app:100000:100000\n")), 200_000);
  assert.equal(freeRange(parseIdRanges("app:500:10\n")), 100_000);
  const known = parseIdRanges("app:300000:65536\n");
  assert.equal(freeRange([], known), 300_000, "the one that the user has in the other file");
  assert.equal(freeRange(parseIdRanges("b:365535:1\n"), known), 400_000, "unless somebody else has it here");
});
