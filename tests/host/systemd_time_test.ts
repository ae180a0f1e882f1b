import assert from "node:assert/strict";
import { parseSpan, parseTime } from "../../src/host/systemd_time.ts";

Deno.test("parseTime() reads seconds, and fractions to the millisecond", () => {
  assert.equal(parseTime("Mon 2026-11-23 00:00:00 UTC"), Date.UTC(2026, 10, 23));
  assert.equal(parseTime("Mon 2026-11-23 00:00:00.123456 UTC"), Date.UTC(2026, 10, 23, 0, 0, 0, 123));
  assert.equal(parseTime("Mon 2026-11-23 00:00:00.1 UTC"), Date.UTC(2026, 10, 23, 0, 0, 0, 100));
});

for (const text of [undefined, "", "n/a", "[not set]", "0", "Mon 2026-11-23 00:00:00 CET"]) {
  Deno.test(`parseTime() knows no time in ${JSON.stringify(text)}`, () => {
    assert.equal(parseTime(text), undefined);
  });
}

Deno.test("parseSpan() adds up what systemd prints", () => {
  assert.equal(parseSpan("34min 8.5s"), 34 * 60_000 + 8500);
  assert.equal(parseSpan("1w 2d 3h 500ms"), (9 * 24 + 3) * 3_600_000 + 500);
  assert.equal(parseSpan("0"), undefined);
  assert.equal(parseSpan("infinity"), undefined);
});
