import assert from "node:assert/strict";
import { LEFT_LOCK_MS, withPatience } from "../../src/backup/patience.ts";
import { excludePatterns } from "../../src/backup/passes.ts";
import { toBar } from "../../src/backup/progress_file.ts";
import { doubtful } from "../../src/backup/open_verdict.ts";
import type { Snapshot } from "../../src/backup/snapshot.ts";
import { ResticError } from "../../src/host/restic/outcome.ts";
import { Output } from "../../src/ui/output.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

const LOCKED = new ResticError("locked", { trouble: "locked", code: 11 });

function aRepository() {
  const system = new FakeSystem().program("restic", () => ({ stdout: "successfully removed 1 locks\n" }));
  const access = { repository: "/srv/r", passwordfile: "/home/app/p", environment: {}, unshare: false };
  const clock = new FakeClock();
  const output = new Output({ stdout: new MemorySink(), stderr: new MemorySink() });
  return { hands: { system, clock, output }, repository: { system, access } };
}

function unlocks(system: FakeSystem): number {
  return system.commands.filter((line) => / unlock\b/.test(line)).length;
}

Deno.test("withPatience() removes a dead lock once, and tries again at once", async () => {
  const { hands, repository } = aRepository();
  let attempts = 0;
  const begin = hands.clock.now();
  const result = await withPatience(
    hands,
    repository,
    () => ++attempts < 2 ? Promise.reject(LOCKED) : Promise.resolve("saved"),
  );
  assert.equal(result, "saved");
  assert.equal(unlocks(hands.system), 1);
  assert.equal(hands.clock.now(), begin);
});

Deno.test("withPatience() waits ten minutes for a living lock, and then says who is in the way", async () => {
  const { hands, repository } = aRepository();
  const begin = hands.clock.now();
  await assert.rejects(withPatience(hands, repository, () => Promise.reject(LOCKED)), LOCKED);
  assert.equal(hands.clock.now() - begin, 10 * 60_000);
  assert.ok(unlocks(hands.system) > 100); // who is waited for may die meanwhile
});

Deno.test("withPatience() waits, where it is told to, until the lock of a machine that burnt down is taken for left behind", async () => {
  const { hands, repository } = aRepository();
  const begin = hands.clock.now();
  const burnt = 30 * 60_000; // restic's own patience
  const work = () => hands.clock.now() - begin < burnt ? Promise.reject(LOCKED) : Promise.resolve("restored");
  assert.equal(await withPatience(hands, repository, work, { waitMs: LEFT_LOCK_MS }), "restored");
});

Deno.test("withPatience() does not try again what fails for another reason", async () => {
  const { hands, repository } = aRepository();
  const full = new ResticError("full", { trouble: "full", code: 1 });
  let attempts = 0;
  const failing = withPatience(hands, repository, () => {
    attempts++;
    return Promise.reject(full);
  });
  await assert.rejects(failing, full);
  assert.equal(attempts, 1);
});

Deno.test("excludePatterns() anchors what is left out, and takes the home directory by its letters", () => {
  const patterns = excludePatterns("/srv/a*[1]", ["cache/**", "/tmp"]);
  assert.ok(patterns.includes("/srv/a\\*\\[1\\]/.ppm/definition"));
  assert.ok(patterns.includes("/srv/a\\*\\[1\\]/data/cache/**"));
  assert.ok(patterns.includes("/srv/a\\*\\[1\\]/data/tmp"));
  assert.ok(!patterns.some((pattern) => /secrets|key|lineage|generations/.test(pattern)));
});

Deno.test("toBar() reckons rate and rest from the pass so far, and keeps quiet in its first second", () => {
  const pass = { filesDone: 1, filesTotal: 2, bytesDone: 1000, bytesTotal: 4000 };
  assert.deepEqual(toBar({ text: "x", pass, passMs: 2000 }), {
    text: "x",
    done: 1000,
    total: 4000,
    bytesPerSecond: 500,
    remainingMs: 6000,
  });
  assert.deepEqual(toBar({ text: "x", pass, passMs: 999 }), { text: "x", done: 1000, total: 4000 });
  assert.deepEqual(toBar({ text: "x", pass: null, passMs: 9999 }), { text: "x", done: 0, total: 0 });
});

Deno.test("doubtful() finds what a run that was killed may have left, and nothing of before or of others", () => {
  const snapshot = (id: string, changes: Partial<Snapshot>): Snapshot => ({
    id,
    timeMs: 1000,
    kind: "good",
    identity: { instance: "app", app: "web", definition: "d" },
    lineage: "mine",
    unshare: false,
    size: null,
    claim: null,
    ...changes,
  });
  const all = [
    snapshot("a", {}),
    snapshot("b", { timeMs: 999 }),
    snapshot("c", { lineage: "other" }),
    snapshot("d", { kind: "suspect" }),
  ];
  assert.deepEqual(doubtful(all, { since: 1000 }, "mine").map(({ id }) => id), ["a"]);
  assert.deepEqual(doubtful(all, null, "mine"), []);
});
