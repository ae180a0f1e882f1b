import assert from "node:assert/strict";
import { isStalled, type Movement, movementAfter } from "../../src/backup/stall.ts";

const START: Movement = { progress: undefined, sinceMs: 0 };

function at(bytesDone: number, filesDone: number) {
  return { bytesDone, filesDone, bytesTotal: 100, filesTotal: 10 };
}

Deno.test("movementAfter() takes bytes or files for movement, and nothing else", () => {
  const moved = movementAfter(START, at(1, 0), 1000);
  assert.equal(moved.sinceMs, 1000);
  assert.equal(movementAfter(moved, { ...at(1, 0), bytesTotal: 500 }, 2000).sinceMs, 1000);
  assert.equal(movementAfter(moved, at(1, 1), 2000).sinceMs, 2000);
  assert.equal(movementAfter(moved, at(2, 0), 3000).sinceMs, 3000);
  assert.equal(movementAfter(START, undefined, 5000).sinceMs, 0, "silence is no movement");
});

Deno.test("isStalled() counts from the last movement, and from the beginning where there was none", () => {
  assert.equal(isStalled(START, 59_999, 60_000), false);
  assert.equal(isStalled(START, 60_000, 60_000), true);
  assert.equal(isStalled(movementAfter(START, at(1, 0), 30_000), 60_000, 60_000), false);
});
