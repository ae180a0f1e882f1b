import assert from "node:assert/strict";
import { type CheckProgress, isDue, judgeAnswer, nameProbe } from "../../src/apply/check.ts";
import { judgeContainers } from "../../src/apply/container_health.ts";

const CHECK = {
  probe: { kind: "http", host: "127.0.0.1", port: 80, path: "/ok", status: 200, text: null },
  startPeriodMs: 10_000,
  retries: 3,
} as const;

const WELL = { well: true, words: "answers with 200" };
const BAD = { well: false, words: "refuses connections" };

/** What comes of answers, each with its time: `+` a good one, `-` a bad one. */
function judge(...answers: readonly [number, "+" | "-"][]): CheckProgress | undefined {
  let progress: CheckProgress | undefined;
  for (const [elapsedMs, sign] of answers) {
    progress = judgeAnswer(CHECK, { elapsedMs, answer: sign === "+" ? WELL : BAD }, progress);
  }
  return progress;
}

const TABLE: readonly [string, readonly [number, "+" | "-"][], string][] = [
  ["a good answer at once", [[0, "+"]], "up"],
  ["a bad answer within the start period", [[0, "-"]], "waiting"],
  [
    "many bad answers within the start period",
    [[0, "-"], [2000, "-"], [4000, "-"], [6000, "-"], [9999, "-"]],
    "waiting",
  ],
  ["a good one after bad ones", [[0, "-"], [2000, "-"], [4000, "+"]], "up"],
  ["one bad answer after the start period", [[0, "-"], [10_000, "-"]], "waiting"],
  ["as many as retries after it", [[0, "-"], [10_000, "-"], [12_000, "-"], [14_000, "-"]], "down"],
  [
    "one good answer in between",
    [[0, "-"], [10_000, "-"], [12_000, "+"], [14_000, "-"], [16_000, "-"]],
    "waiting",
  ],
  ["the start period counted from the first question", [[50_000, "-"], [52_000, "-"], [54_000, "-"], [
    59_999,
    "-",
  ]], "waiting"],
  ["falling over later", [[0, "+"], [11_000, "-"], [12_000, "-"], [13_000, "-"]], "down"],
];

for (const [name, answers, kind] of TABLE) {
  Deno.test(`judgeAnswer() says ${kind} after ${name}`, () => {
    assert.equal(judge(...answers)?.verdict.kind, kind);
  });
}

Deno.test("judgeAnswer() says what was asked and what was answered", () => {
  assert.equal(judge([0, "-"])?.verdict.words, "http://127.0.0.1:80/ok refuses connections");
});

Deno.test("isDue() lets the interval pass between two questions, and asks at once first", () => {
  assert.ok(isDue(undefined, 0, 2000));
  const progress = judge([1000, "+"]);
  assert.deepEqual([2999, 3000].map((ms) => isDue(progress, ms, 2000)), [false, true]);
});

Deno.test("nameProbe() writes what is asked as one would type it", () => {
  assert.equal(nameProbe({ ...CHECK.probe, host: "::1" }), "http://[::1]:80/ok");
  assert.equal(nameProbe({ kind: "tcp", host: "127.0.0.1", port: 5432 }), "127.0.0.1:5432");
  assert.equal(nameProbe({ kind: "tcp", host: "::1", port: 5432 }), "[::1]:5432");
  assert.equal(nameProbe({ kind: "unit", unit: "check.service" }), "check.service");
});

Deno.test("judgeContainers() heeds running containers of the units that have a health check", () => {
  const container = { name: "web", image: "i", state: "running", health: "healthy", unit: "web.service" };
  const judged = (changes: Partial<Record<keyof typeof container, string | null>>) =>
    judgeContainers([{ ...container, ...changes } as typeof container], new Set(["web.service"]));
  const verdict = (kind: string, words: string) => [{
    unit: "container web",
    verdict: { kind, words },
    journals: ["web.service"],
  }];
  assert.deepEqual(judged({}), verdict("up", "healthy"));
  assert.deepEqual(judged({ health: "starting" }), verdict("waiting", "starting"));
  assert.deepEqual(judged({ health: "unhealthy" }), verdict("down", "unhealthy"));
  for (const other of [{ health: null }, { state: "exited" }, { unit: "other.service" }, { unit: null }]) {
    assert.deepEqual(judged(other), [], JSON.stringify(other));
  }
});
