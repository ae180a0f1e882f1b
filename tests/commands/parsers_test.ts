import assert from "node:assert/strict";
import { parseCount, parseDuration } from "../../src/commands/parsers.ts";

Deno.test("parseDuration() reads seconds, minutes and hours", () => {
  assert.deepEqual(["90", "90s", "5m", "5min", "1h", "0"].map(parseDuration), [
    90_000,
    90_000,
    300_000,
    300_000,
    3_600_000,
    0,
  ]);
});

for (const text of ["", "soon", "-1", "1.5h", "1 h", "9999999", "1d", "5M"]) {
  Deno.test(`parseDuration() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseDuration(text), /expected a duration/);
  });
}

Deno.test("parseCount() takes whole numbers and nothing else", () => {
  assert.equal(parseCount("0"), 0);
  assert.equal(parseCount("20"), 20);
  for (const text of ["", "-1", "+1", "1e3", "0x10", "1.0", "99999999999"]) {
    assert.throws(() => parseCount(text), /expected a whole number/);
  }
});
