import assert from "node:assert/strict";
import { findByPrefix, newestGood, ofInstance, parentFor } from "../../src/backup/choose.ts";
import { aClaim, aSnapshot, at, IDENTITY } from "../support/snapshots.ts";

const NOW = at("2026-03-10T12:00");

Deno.test("newestGood() takes the newest of the good ones, and nothing else that is newer", () => {
  const good = aSnapshot("good", "2026-03-08T03:00");
  const others = [
    aSnapshot("good", "2026-03-07T03:00"),
    aSnapshot("suspect", "2026-03-09T03:00"),
    aSnapshot("incomplete", "2026-03-09T04:00"),
    aSnapshot("hot", "2026-03-09T05:00"),
    aSnapshot("unknown", "2026-03-09T06:00"),
    aClaim("a", 1),
  ];
  assert.equal(newestGood([...others, good], IDENTITY, NOW), good);
  assert.equal(newestGood(others.slice(1), IDENTITY, NOW), undefined);
});

Deno.test("newestGood() takes nothing of another instance, application or definition", () => {
  for (const change of [{ instance: "x" }, { app: "x" }, { definition: "x" }]) {
    const foreign = aSnapshot("good", "2026-03-09T03:00", { identity: { ...IDENTITY, ...change } });
    assert.equal(newestGood([foreign], IDENTITY, NOW), undefined);
  }
});

Deno.test("newestGood() does not believe a date more than a day ahead", () => {
  const tomorrow = aSnapshot("good", "2026-03-11T12:00");
  const later = aSnapshot("good", "2026-03-11T12:01");
  assert.equal(newestGood([later, tomorrow], IDENTITY, NOW), tomorrow);
  assert.equal(newestGood([aSnapshot("good", "2099-01-01T00:00")], IDENTITY, NOW), undefined);
});

Deno.test("newestGood() is the same for everybody where two have the same time", () => {
  const two = [aSnapshot("good", "2026-03-08T03:00"), aSnapshot("good", "2026-03-08T03:00")];
  assert.equal(newestGood(two, IDENTITY, NOW), newestGood(two.toReversed(), IDENTITY, NOW));
});

Deno.test("parentFor() takes the newest with data, whatever it is worth", () => {
  const hot = aSnapshot("hot", "2026-03-09T03:00");
  const claim = aSnapshot("claim", "2026-03-09T04:00");
  const suspect = aSnapshot("suspect", "2026-03-08T03:00");
  assert.equal(parentFor([suspect, hot, claim]), hot);
  assert.equal(parentFor([suspect, claim]), suspect);
  assert.equal(parentFor([claim]), undefined);
});

Deno.test("findByPrefix() finds one, none or several", () => {
  const one = aSnapshot("good", "2026-03-08T03:00", { id: "ab12" });
  const two = aSnapshot("good", "2026-03-08T03:00", { id: "ab34" });
  assert.deepEqual(findByPrefix([one, two], "ab1"), { kind: "found", snapshot: one });
  assert.deepEqual(findByPrefix([one, two], "ab"), { kind: "ambiguous", snapshots: [one, two] });
  assert.deepEqual(findByPrefix([one, two], "c"), { kind: "none" });
  assert.deepEqual(findByPrefix([one, two], ""), { kind: "none" });
  assert.deepEqual(findByPrefix([one, two], "latest"), { kind: "none" });
});

Deno.test("ofInstance() leaves others out and begins with the newest", () => {
  const old = aSnapshot("good", "2026-03-01T03:00");
  const recent = aSnapshot("hot", "2026-03-08T03:00");
  const other = aSnapshot("good", "2026-03-09T03:00", { identity: { ...IDENTITY, instance: "x" } });
  assert.deepEqual(ofInstance([old, other, recent], "web"), [recent, old]);
});
