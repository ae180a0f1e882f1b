import assert from "node:assert/strict";
import fc from "fast-check";
import { checkForgetting, isBeyondDoubt, leastKept, worthless } from "../../src/backup/retention.ts";
import type { Snapshot } from "../../src/backup/snapshot.ts";
import type { Keep } from "../../src/definition/backup_policy.ts";
import { UserError } from "../../src/errors.ts";
import { aClaim, aSnapshot, at, IDENTITY } from "../support/snapshots.ts";

const KEEP: Keep = { hourly: 0, daily: 7, weekly: 4, monthly: 6, yearly: 0 };
const NOW = at("2026-03-31T12:00");
const DAY_MS = 86_400_000;

/** One good snapshot a day at three, `days` of them up to the day of NOW. */
function daily(
  days: number,
  kind: "good" | "suspect" = "good",
  until = at("2026-03-31T03:00"),
): readonly Snapshot[] {
  return Array.from({ length: days }, (_, age) => {
    const time = new Date(until - age * DAY_MS).toISOString().slice(0, 16);
    return aSnapshot(kind, time);
  });
}

function inventory(snapshots: readonly Snapshot[]) {
  return { snapshots, identity: IDENTITY, nowMs: NOW };
}

function removing(...snapshots: readonly Snapshot[]) {
  return { remove: snapshots.map(({ id }) => id) };
}

function refused(action: () => unknown, message: RegExp) {
  assert.throws(action, (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.exit, "refused");
    assert.match(error.message, message);
    assert.match(error.hint ?? "", /Nothing was forgotten.*ppm snapshots$/);
    return true;
  });
}

Deno.test("checkForgetting() lets go what the rule lets go", () => {
  const good = daily(40);
  const gone = good.slice(20);
  assert.deepEqual(checkForgetting(removing(...gone), KEEP, inventory(good)), gone.map(({ id }) => id));
  assert.deepEqual(checkForgetting(removing(), KEEP, inventory(good)), []);
});

Deno.test("checkForgetting() refuses to lose more than the rule allows", () => {
  const good = daily(40);
  refused(
    () => checkForgetting(removing(...good.slice(6)), KEEP, inventory(good)),
    /leave 6 of 40 good ones, .* at least 7$/,
  );
  refused(() => checkForgetting(removing(...good.slice(1)), KEEP, inventory(good)), /leave 1 of 40/);
});

Deno.test("checkForgetting() never lets the newest good one go", () => {
  const good = daily(40);
  refused(
    () => checkForgetting(removing(good[0]!), KEEP, inventory(good)),
    /would remove the newest good one/,
  );
  const [only] = daily(1);
  refused(
    () => checkForgetting(removing(only!), KEEP, inventory([only!])),
    /would remove the newest good one/,
  );
});

Deno.test("checkForgetting() does not count one from the future as the newest", () => {
  const good = daily(40);
  const future = aSnapshot("good", "2099-01-01T00:00");
  refused(() => checkForgetting(removing(good[0]!), KEEP, inventory([...good, future])), /newest good one/);
});

Deno.test("checkForgetting() removes nothing but good ones of this very application", () => {
  const good = daily(40);
  const others = [
    aSnapshot("suspect", "2026-01-01T03:00"),
    aClaim("a", 1),
    aSnapshot("good", "2026-01-01T03:00", { identity: { ...IDENTITY, app: "x" } }),
    aSnapshot("good", "2026-01-01T03:00", { identity: { ...IDENTITY, instance: "x" } }),
  ];
  for (const other of others) {
    refused(
      () => checkForgetting(removing(other), KEEP, inventory([...good, other])),
      /no good snapshot of this/,
    );
  }
  refused(
    () => checkForgetting({ remove: ["f".repeat(64)] }, KEEP, inventory(good)),
    /no good snapshot of this/,
  );
});

Deno.test("checkForgetting() keeps all good ones through seven days of empty ones, whatever restic says", () => {
  const good = daily(3, "good", at("2026-03-24T03:00"));
  const empty = daily(7, "suspect");
  // What restic forgets where its rule is let loose on all: `--keep-daily 7` over ten days.
  refused(() => checkForgetting(removing(...good), KEEP, inventory([...empty, ...good])), /newest good one/);
  refused(
    () => checkForgetting(removing(...good.slice(1)), KEEP, inventory([...empty, ...good])),
    /leave 1 of 3/,
  );
  assert.equal(isBeyondDoubt(inventory([...empty, ...good])), false);
});

Deno.test("leastKept() counts several snapshots of one day once, and never the sum of the rules", () => {
  const oneDay = Array.from({ length: 10 }, (_, hour) => aSnapshot("good", `2026-03-31T0${hour}:00`));
  assert.equal(leastKept(oneDay, KEEP), 1);
  assert.equal(leastKept(oneDay, { ...KEEP, hourly: 24 }), 5);
  assert.equal(leastKept(daily(400), KEEP), 7);
  assert.equal(leastKept(daily(400), { ...KEEP, daily: 1 }), 6);
  assert.equal(leastKept([], KEEP), 0);
  assert.equal(leastKept(daily(5), { hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 }), 1);
});

/** restic's own rule, as `ApplyPolicy` of restic 0.14 to 0.18 has it: the newest of each period, up to the count, and the oldest while the count is not used up. */
function resticKeeps(times: readonly number[], keep: Keep, offsetMs: number): number {
  const newestFirst = times.toSorted((a, b) => b - a);
  const local = (ms: number) => new Date(ms + offsetMs).toISOString();
  const week = (ms: number) => String(Math.floor((ms + offsetMs + 3 * DAY_MS) / (7 * DAY_MS)));
  const periods: Record<keyof Keep, (ms: number) => string> = {
    hourly: (ms) => local(ms).slice(0, 13),
    daily: (ms) => local(ms).slice(0, 10),
    weekly: week,
    monthly: (ms) => local(ms).slice(0, 7),
    yearly: (ms) => local(ms).slice(0, 4),
  };
  const kept = new Set<number>();
  for (const rule of Object.keys(periods) as (keyof Keep)[]) {
    let left = keep[rule];
    let last = "";
    newestFirst.forEach((time, at) => {
      const period = periods[rule](time);
      if (left === 0 || (period === last && at < newestFirst.length - 1)) return;
      kept.add(at);
      last = period;
      left--;
    });
  }
  return kept.size;
}

Deno.test("leastKept() is never more than restic's own rule keeps, in no time zone: nothing is refused without a reason", () => {
  const count = fc.integer({ min: 0, max: 12 });
  const keep = fc.record({ hourly: count, daily: count, weekly: count, monthly: count, yearly: count });
  const hours = fc.array(fc.integer({ min: 0, max: 24 * 500 }), { minLength: 1, maxLength: 60 });
  fc.assert(fc.property(keep, hours, fc.integer({ min: -48, max: 56 }), (keep, hours, quarters) => {
    if (Object.values(keep).every((each) => each === 0)) return;
    const times = [...new Set(hours)].map((hour) => at("2024-06-01T00:30") + hour * 3_600_000);
    const good = times.map((time) => aSnapshot("good", new Date(time).toISOString().slice(0, 16)));
    const least = leastKept(good, keep);
    const kept = resticKeeps(times, keep, quarters * 900_000);
    assert.ok(least <= kept, `${least} > ${kept}`);
  }));
});

Deno.test("worthless() are hot ones, old doubtful ones and void claims, once something good is newer", () => {
  const good = aSnapshot("good", "2026-03-31T03:00");
  const oldHot = aSnapshot("hot", "2026-03-31T02:50");
  const newHot = aSnapshot("hot", "2026-03-31T03:10");
  const old = aSnapshot("suspect", "2026-03-01T02:00");
  const recent = aSnapshot("incomplete", "2026-03-01T04:00");
  const [void1, standing] = [aClaim("a", 1), aClaim("b", 2)];
  const foreign = aSnapshot("hot", "2026-03-01T03:00", { identity: { ...IDENTITY, definition: "x" } });
  const all = [good, oldHot, newHot, old, recent, void1, standing, foreign];
  assert.deepEqual(worthless(inventory(all)), [oldHot, old, void1]);
  assert.deepEqual(worthless(inventory(all.slice(1))), []);
});

Deno.test("isBeyondDoubt() is false while something newer is suspect or incomplete, and where nothing is good", () => {
  const good = aSnapshot("good", "2026-03-30T03:00");
  assert.equal(isBeyondDoubt(inventory([good, aSnapshot("suspect", "2026-03-29T03:00")])), true);
  assert.equal(isBeyondDoubt(inventory([good, aSnapshot("incomplete", "2026-03-31T03:00")])), false);
  assert.equal(isBeyondDoubt(inventory([])), false);
});
