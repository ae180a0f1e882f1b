import assert from "node:assert/strict";
import { watchedPass } from "../../src/backup/pass.ts";
import { Output } from "../../src/ui/output.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

const PASS = { paths: ["data"], excludes: [], host: "web", tags: ["ppm"] };
const SUMMARY = `${JSON.stringify({ message_type: "summary", snapshot_id: "ab".repeat(32) })}\n`;

/** A pass that takes as many looks as `turns`, on a clock that goes on with each. */
function aPass(turns: number, limitMs: number) {
  const system = new FakeSystem().program("restic", async () => {
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    return { stdout: SUMMARY };
  });
  const access = { repository: "/srv/r", passwordfile: "/home/app/p", environment: {}, unshare: false };
  const output = new Output({ stdout: new MemorySink(), stderr: new MemorySink() });
  const hands = { system, output, clock: new FakeClock() };
  return watchedPass(hands, { system, access }, PASS, { limitMs, onProgress: () => {} });
}

Deno.test("watchedPass() ends a pass that no longer moves, and says so", async () => {
  await assert.rejects(aPass(1000, 60_000), {
    exit: "backup",
    message: "Cannot go on with the backup: restic has not moved for 1 minute",
  });
});

Deno.test("watchedPass() lets a pass take its time", async () => {
  assert.equal((await aPass(10, 60_000)).snapshot, "ab".repeat(32));
});
