import assert from "node:assert/strict";
import { parseTimeSpan } from "../../src/config/span.ts";

Deno.test("parseTimeSpan() reads what systemd.time(7) calls a span", () => {
  const spans = ["26h", "1d 2h", "1d2h", "90 minutes", "1.5 hours", "1 week", "2 M", "3m"];
  assert.deepEqual(spans.map((text) => (parseTimeSpan(text) ?? NaN) / 60_000), [
    ...[1560, 1560, 1560, 90, 90, 10_080, 2 * 43_833.6, 3],
  ]);
});

Deno.test("parseTimeSpan() refuses a number without a unit, unknown units and anything else", () => {
  for (const text of ["", "26", "h", "1 fortnight", "-1h", "1h -", "infinity"]) {
    assert.equal(parseTimeSpan(text), undefined, text);
  }
});
