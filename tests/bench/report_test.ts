import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { busiest, duration, fitLine, median, table } from "./report.ts";

Deno.test("median() is the middle value, or the mean of the two in the middle", () => {
  strictEqual(median([9, 1, 5]), 5);
  strictEqual(median([9, 1, 5, 6]), 5.5);
  strictEqual(median([3]), 3);
});

Deno.test("fitLine() finds the slope of a line, and how far a point is off it", () => {
  deepStrictEqual(fitLine([[10, 105], [100, 150], [1000, 600]]), { slope: 0.5, farthest: 0 });
  ok(fitLine([[10, 100], [100, 101], [1000, 1000]]).farthest > 0.3);
});

Deno.test("busiest() counts what falls into the fullest of all periods", () => {
  strictEqual(busiest([0, 59, 60, 61, 119, 120], 60), 3);
  strictEqual(busiest([0, 59, 60, 61, 119, 120], 1), 1);
});

Deno.test("duration() has three digits or more, in the unit that suits", () => {
  deepStrictEqual([0.71, 26.44, 812.3, 61_234].map(duration), ["0.7 ms", "26.4 ms", "812 ms", "61.2 s"]);
});

Deno.test("table() says by how much a limit is missed", () => {
  const row = { what: "ppm version", ppm: "30 ms", yardstick: "20 ms", ratio: 1.5 };
  deepStrictEqual(
    table([
      { ...row, limit: { value: 1.5, limit: 1.2, unit: "×" } },
      { ...row, what: "kept", limit: { value: 1.5, limit: 1.5, unit: "×" } },
      { ...row, what: "in time", limit: { value: 12_600, limit: 12_000, unit: "ms" } },
      { ...row, what: "no limit", limit: undefined },
    ]),
    [
      "what         ppm    yardstick  ratio  limit   kept",
      "ppm version  30 ms  20 ms      1.50   1.2 ×   no: 0.30 × (25 %) over",
      "kept         30 ms  20 ms      1.50   1.5 ×   yes",
      "in time      30 ms  20 ms      1.50   12.0 s  no: 600 ms (5 %) over",
      "no limit     30 ms  20 ms      1.50",
    ],
  );
});
