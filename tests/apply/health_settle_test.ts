import assert from "node:assert/strict";
import type { Verdict } from "../../src/apply/health.ts";
import { type Goal, judgeLook, type Progress } from "../../src/apply/settle.ts";
import { parseShow } from "../../src/host/systemd.ts";
import { shown } from "../support/manifest.ts";

const GOAL: Goal = {
  units: ["web.service", "db.service"],
  application: new Set(["web.service", "db.service"]),
  settleMs: 3000,
  mostFalls: Infinity,
  fallingMs: 0,
  timeoutMs: 60_000,
};

const STARTING = { ActiveState: "activating", SubState: "start" };

/** Judges one look after another; each is a time and what web.service says then. */
function judge(...looks: readonly [number, Record<string, string>][]): Progress | undefined {
  let progress: Progress | undefined;
  for (const [elapsedMs, web] of looks) {
    const units = parseShow(shown({ "web.service": web, "db.service": {} }));
    progress = judgeLook(GOAL, { elapsedMs, units }, progress);
  }
  return progress;
}

Deno.test("judgeLook() is not content before everything has stayed up for the settling time", () => {
  assert.equal(judge([0, {}], [2999, {}])?.kind, "waiting");
  assert.equal(judge([0, {}], [3000, {}])?.kind, "healthy");
});

Deno.test("judgeLook() counts the settling time from when the last unit came up", () => {
  assert.equal(judge([0, STARTING], [2000, {}], [4999, {}])?.kind, "waiting");
  assert.equal(judge([0, STARTING], [2000, {}], [5000, {}])?.kind, "healthy");
});

Deno.test("judgeLook() begins again when a unit was restarted between two looks", () => {
  assert.equal(judge([0, {}], [2900, { NRestarts: "1" }], [3100, { NRestarts: "1" }])?.kind, "waiting");
  assert.equal(
    judge([0, {}], [2900, { InvocationID: "other" }], [3100, { InvocationID: "other" }])?.kind,
    "waiting",
  );
  assert.equal(judge([0, {}], [100, { NRestarts: "1" }], [6100, { NRestarts: "1" }])?.kind, "healthy");
});

Deno.test("judgeLook() wants twice the quiet after every fall, so that a crash loop slower than the settling time is found out", () => {
  const once = { NRestarts: "1" };
  assert.equal(judge([0, {}], [2900, once], [8899, once])?.kind, "waiting");
  assert.equal(judge([0, {}], [2900, once], [8900, once])?.kind, "healthy");
  // A unit that lives for 3.5 seconds, every time: with the settling time alone it would count as up after 3.
  const lives = Array.from({ length: 16 }, (_, at): [number, Record<string, string>][] => [
    [at * 4000, STARTING],
    [at * 4000 + 500, { NRestarts: String(at) }],
    [at * 4000 + 3400, { NRestarts: String(at) }],
  ]).flat();
  const progress = judge(...lives);
  assert.equal(progress?.kind, "failed");
});

Deno.test("judgeLook() begins again when a unit was seen starting in between", () => {
  assert.equal(judge([0, {}], [1000, STARTING], [2000, {}], [4000, {}])?.kind, "waiting");
});

Deno.test("judgeLook() fails at once when a unit has failed for good", () => {
  const failed = { ActiveState: "failed", Result: "exit-code", ExecMainCode: "1", ExecMainStatus: "1" };
  assert.deepEqual(judge([0, failed]), {
    kind: "failed",
    culprits: [{ unit: "web.service", verdict: { kind: "down", words: "failed (exit code 1)" } }],
    timedOut: false,
  });
});

Deno.test("judgeLook() blames at the time limit what is not up yet", () => {
  assert.deepEqual(judge([60_000, STARTING]), {
    kind: "failed",
    culprits: [{ unit: "web.service", verdict: { kind: "waiting", words: "starting" } }],
    timedOut: true,
  });
});

Deno.test("judgeLook() blames at the time limit what does not stay up", () => {
  const progress = judge([59_000, {}], [60_000, { NRestarts: "4" }]);
  assert.equal(progress?.kind, "failed");
  assert.deepEqual(progress.culprits.map(({ unit }) => unit), ["web.service"]);
  assert.match(progress.culprits[0]!.verdict.words, /restarted 4 times/);
});

Deno.test("judgeLook() takes a unit that systemd does not speak of for one that does not exist", () => {
  const progress = judgeLook(GOAL, { elapsedMs: 0, units: new Map() }, undefined);
  assert.equal(progress.kind, "failed");
  assert.equal(progress.culprits.length, 2);
});

const UP: Verdict = { kind: "up", words: "well" };
const WAITING: Verdict = { kind: "waiting", words: "not yet" };
const DOWN: Verdict = { kind: "down", words: "not well" };

/** Judges one look after another while all units are up; each is a time and what the healthcheck says then. */
function judgeBeside(...looks: readonly [number, Verdict][]): Progress | undefined {
  let progress: Progress | undefined;
  for (const [elapsedMs, verdict] of looks) {
    const units = parseShow(shown({ "web.service": {}, "db.service": {} }));
    const beside = [{ unit: "healthcheck", verdict }];
    progress = judgeLook(GOAL, { elapsedMs, units, beside }, progress);
  }
  return progress;
}

Deno.test("judgeLook() waits for what stands beside the units, and settles from when it came up", () => {
  assert.equal(judgeBeside([0, WAITING], [5000, WAITING])?.kind, "waiting");
  assert.equal(judgeBeside([0, WAITING], [5000, UP], [7999, UP])?.kind, "waiting");
  assert.equal(judgeBeside([0, WAITING], [5000, UP], [8000, UP])?.kind, "healthy");
});

Deno.test("judgeLook() wants what stands beside the units to hold, and twice as long after a fall", () => {
  const looks: readonly [number, Verdict][] = [[0, UP], [2000, WAITING], [2250, UP]];
  assert.equal(judgeBeside(...looks, [5250, UP])?.kind, "waiting");
  assert.equal(judgeBeside(...looks, [8250, UP])?.kind, "healthy");
});

Deno.test("judgeLook() fails at once with what stands beside the units, and blames it at the time limit", () => {
  assert.deepEqual(judgeBeside([0, UP], [2000, DOWN]), {
    kind: "failed",
    culprits: [{ unit: "healthcheck", verdict: DOWN }],
    timedOut: false,
  });
  assert.deepEqual(judgeBeside([60_000, WAITING]), {
    kind: "failed",
    culprits: [{ unit: "healthcheck", verdict: WAITING }],
    timedOut: true,
  });
});

Deno.test("judgeLook() says of what is no unit that it does not stay up, and counts no restarts", () => {
  const progress = judgeBeside([0, UP], [59_000, WAITING], [60_000, UP]);
  assert.equal(progress?.kind, "failed");
  assert.deepEqual(
    progress.culprits.find(({ unit }) => unit === "healthcheck")?.verdict.words,
    "does not stay up",
  );
});

Deno.test("judgeLook() does not settle for ten seconds on a unit that crashes every two", () => {
  const looks = Array.from({ length: 120 }, (_, at) => {
    const restarts = String(Math.floor(at / 4)); // one look every half second
    return [at * 500, { NRestarts: restarts, InvocationID: restarts }] as const;
  });
  let progress: Progress | undefined;
  for (const [elapsedMs, web] of looks) {
    const units = parseShow(shown({ "web.service": web, "db.service": {} }));
    progress = judgeLook({ ...GOAL, settleMs: 10_000 }, { elapsedMs, units }, progress);
    assert.equal(progress.kind, "waiting", `after ${elapsedMs} ms`);
  }
});

Deno.test("judgeLook() gives up before the time limit what falls over again and again, but not while it may", () => {
  const goal: Goal = { ...GOAL, settleMs: 10_000, mostFalls: 5, fallingMs: 30_000, timeoutMs: 300_000 };
  let progress: Progress | undefined;
  let elapsedMs = 0;
  for (; progress === undefined || progress.kind === "waiting"; elapsedMs += 500) {
    const count = String(Math.floor(elapsedMs / 2000));
    const units = parseShow(
      shown({ "web.service": { NRestarts: count, InvocationID: count }, "db.service": {} }),
    );
    progress = judgeLook(goal, { elapsedMs, units }, progress);
  }
  assert.equal(elapsedMs, 30_500);
  assert.equal(progress.kind, "failed");
  assert.ok(!progress.timedOut);
  assert.match(progress.culprits[0]!.verdict.words, /does not stay up \(restarted 15 times\)/);
  assert.deepEqual(progress.culprits.map(({ unit }) => unit), ["web.service"]);
});

Deno.test("judgeLook() counts only the falls since waiting began", () => {
  const goal: Goal = { ...GOAL, mostFalls: 5, fallingMs: 0 };
  const units = parseShow(shown({ "web.service": { NRestarts: "9" }, "db.service": {} }));
  const first = judgeLook(goal, { elapsedMs: 0, units }, undefined);
  assert.equal(first.kind, "waiting");
  assert.equal(judgeLook(goal, { elapsedMs: 3000, units }, first).kind, "healthy");
});
