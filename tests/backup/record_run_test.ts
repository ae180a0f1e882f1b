import assert from "node:assert/strict";
import type { DataVerdict } from "../../src/backup/guards.ts";
import { NO_BACKUPS } from "../../src/backup/record.ts";
import { changesOf } from "../../src/backup/record_run.ts";
import { UserError } from "../../src/errors.ts";

const END = { invocation: "1a", nowMs: 5000 };

function made(verdict: DataVerdict, failure?: UserError) {
  return {
    verdict,
    scan: { entries: 3, bytes: 1024, unreadable: [], unshare: false },
    saved: {
      snapshot: "0123456789abcdef",
      incomplete: false,
      entries: 4,
      bytes: 1100,
      addedBytes: 10,
      complaints: [],
    },
    downMs: 1500,
    durationMs: 4000,
    failure,
  };
}

Deno.test("changesOf() expects of the next backup what a good one has found, and nothing of what is in doubt", () => {
  const good = changesOf(made({ kind: "good" }), NO_BACKUPS, END);
  assert.deepEqual(good.expected, { entries: 3, bytes: 1024 });
  assert.deepEqual([good.good?.time, good.last.outcome, good.last.hint], [5000, "done", null]);
  for (const kind of ["suspect", "incomplete"] as const) {
    const doubtful = changesOf(made({ kind, why: "data/ is empty" }), NO_BACKUPS, END);
    assert.deepEqual([doubtful.good, doubtful.expected, doubtful.last.outcome], [
      undefined,
      undefined,
      "backup",
    ]);
    assert.match(doubtful.last.message, /data\/ is empty/);
  }
});

Deno.test("changesOf() keeps a backup good after which the application did not come up, and fails the run", () => {
  const failure = new UserError("Cannot start", { hint: "ppm logs" });
  const { good, last } = changesOf(made({ kind: "good" }, failure), NO_BACKUPS, END);
  assert.equal(good?.snapshot, "0123456789abcdef");
  assert.deepEqual([last.outcome, last.hint], ["failed", "ppm logs"]);
  assert.match(last.message, /Cannot start$/);
});
