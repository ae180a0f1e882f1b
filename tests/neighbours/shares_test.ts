import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Shares } from "../../src/neighbours/shares.ts";

const SPACE = 100;

Deno.test("Shares keeps what fits, in its order, and lets the largest go for the rest", () => {
  const shares = new Shares<string>(SPACE);
  assert.deepEqual(shares.add("a", 10), []);
  assert.deepEqual(shares.add("b", 60), []);
  assert.equal(shares.left, 30);
  assert.deepEqual([59, 60].map((size) => shares.fits(size)), [true, false]);
  assert.deepEqual(shares.add("c", 60), ["c"]);
  assert.deepEqual(shares.add("d", 59), ["b"]);
  assert.deepEqual(shares.kept, ["a", "d"]);
});

Deno.test("Shares never exceeds its space, and nobody with an equal share has to go", () => {
  fc.assert(fc.property(fc.array(fc.nat(SPACE), { maxLength: 20 }), (sizes) => {
    const shares = new Shares<number>(SPACE);
    sizes.forEach((size, at) => {
      const fits = shares.fits(size);
      assert.equal(shares.add(at, size).includes(at), !fits);
    });
    const kept = shares.kept.map((at) => sizes[at]!);
    assert.ok(kept.reduce((sum, size) => sum + size, 0) <= SPACE);
    const fair = sizes.flatMap((size, at) => size <= SPACE / sizes.length ? [at] : []);
    assert.ok(fair.every((at) => shares.kept.includes(at)));
  }));
});
