import assert from "node:assert/strict";
import fc from "fast-check";
import { afterCheck, dueCheck } from "../../src/backup/check_rotation.ts";
import type { CheckState } from "../../src/backup/record.ts";

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 2, 1, 3);

/** Runs at each of `hours` after START; returns which parts were read at each. */
function readAt(
  hours: readonly number[],
  days: number,
  before: CheckState | null = null,
): readonly number[][] {
  let state = before;
  return hours.map((hour) => {
    const nowMs = START + hour * 3_600_000;
    const parts: number[] = [];
    for (let count = 0; count < days; count++) {
      const due = dueCheck(state, days, nowMs);
      if (due === undefined) break;
      parts.push(due.next);
      state = afterCheck(due, nowMs);
    }
    return parts;
  });
}

Deno.test("dueCheck() reads one part a day, and begins again", () => {
  const days = Array.from({ length: 9 }, (_, day) => day * 24);
  assert.deepEqual(readAt(days, 7), [[1], [2], [3], [4], [5], [6], [7], [1], [2]]);
});

Deno.test("dueCheck() does not mind a timer that comes some hours early or late", () => {
  assert.deepEqual(readAt([0, 23.9, 48.2, 71, 97], 7), [[1], [2], [3], [4], [5]]);
});

Deno.test("dueCheck() reads nothing twice a day", () => {
  assert.deepEqual(readAt([0, 1, 2, 11], 7), [[1], [], [], []]);
});

Deno.test("dueCheck() catches up with days that were missed, and no more", () => {
  assert.deepEqual(readAt([0, 24, 4 * 24, 5 * 24], 7), [[1], [2], [3, 4, 5], [6]]);
  assert.deepEqual(readAt([0, 6 * 24, 7 * 24], 7), [[1], [2, 3, 4, 5, 6, 7], [1]]);
});

Deno.test("dueCheck() reads everything once where backups are weekly", () => {
  assert.deepEqual(readAt([0, 7 * 24, 14 * 24], 3), [[1], [2, 3, 1], [2, 3, 1]]);
});

Deno.test("dueCheck() begins anew where the policy has another number of days", () => {
  const state: CheckState = { next: 3, of: 7, time: START, cycleStart: START };
  assert.deepEqual(dueCheck(state, 5, START + 5), { next: 1, of: 5, time: START + 5, cycleStart: START + 5 });
});

Deno.test("dueCheck() goes on after a clock that was far ahead was set back", () => {
  const ahead = START + 3000 * DAY_MS;
  const state: CheckState = { next: 3, of: 7, time: ahead, cycleStart: ahead - 2 * DAY_MS };
  assert.deepEqual(readAt([0, 24], 7, state), [[3], [4]]);
});

Deno.test("dueCheck() has read everything within the days of the policy, on whatever days it was asked", () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 6 * 24 }), { minLength: 30, maxLength: 60 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 10 }), gaps, (days, gaps) => {
    const hours = gaps.reduce<number[]>((all, gap) => [...all, (all.at(-1) ?? 0) + gap], [0]);
    const runs = readAt(hours, days);
    const lastRead = new Map(Array.from({ length: days }, (_, part) => [part + 1, 0]));
    runs.forEach((parts, at) => {
      const before = hours[at - 1] ?? 0;
      for (const part of parts) lastRead.set(part, hours[at]!);
      for (const [part, hour] of lastRead) {
        // Nobody can read on a day on which nothing runs: so long, and half a day of tolerance, may pass in addition.
        const allowed = days * 24 + 2 * 12 + (hours[at]! - before);
        assert.ok(
          hours[at]! - hour <= allowed,
          `part ${part} of ${days} was not read for ${hours[at]! - hour} h`,
        );
      }
    });
  }));
});
