import assert from "node:assert/strict";
import { withLock } from "../../src/apply/lock.ts";
import { UserError } from "../../src/errors.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { FakeClock } from "../support/terminal.ts";

const LOCK = "/home/app/.ppm/lock";

function options({ wait = true } = {}) {
  const holders: string[] = [];
  return {
    verb: "setup",
    clock: new FakeClock(0),
    onWait: (holder: string) => void holders.push(holder),
    holders,
    wait,
  };
}

/** A machine on which another ppm holds the lock. */
function heldSystem(): FakeSystem {
  const system = new FakeSystem({ files: { "/home/app/.ppm/manifest.json": "{}" } });
  system.setMode("/home/app/.ppm", 0o700);
  system.tryLock(LOCK, "ppm setup, pid 7, since today\n");
  return system;
}

Deno.test("withLock() keeps others out while it runs, and lets them in afterwards", async () => {
  const system = new FakeSystem();
  const result = await withLock(system, options(), () => {
    assert.equal(system.tryLock(LOCK, ""), undefined);
    return Promise.resolve("done");
  });
  assert.equal(result, "done");
  assert.ok(system.tryLock(LOCK, ""));
});

Deno.test("withLock() gives up after its patience, having said once for whom it waits", async () => {
  const asked = options();
  const body = () => Promise.reject(new Error("it ran beside another ppm"));
  await assert.rejects(withLock(heldSystem(), asked, body), (error) => {
    assert.ok(error instanceof UserError);
    assert.deepEqual([error.exit, error.message], [
      "locked",
      "Cannot get the lock: it is held by ppm setup, pid 7, since today",
    ]);
    return true;
  });
  assert.deepEqual(asked.holders, ["ppm setup, pid 7, since today"]);
  assert.equal(Math.round(asked.clock.elapsed() / 60_000), 10);
});

Deno.test("withLock() does not wait where nobody wants to", async () => {
  const asked = options({ wait: false });
  await assert.rejects(withLock(heldSystem(), asked, () => Promise.resolve()), { exit: "locked" });
  assert.deepEqual([asked.holders, asked.clock.elapsed()], [[], 0]);
});

Deno.test("withLock() leaves no trace of a first run that failed before it made anything", async () => {
  const system = new FakeSystem();
  const before = system.files;
  await assert.rejects(withLock(system, options(), () => Promise.reject(new UserError("no"))), /no/);
  assert.deepEqual(system.files, before);
  assert.equal(system.lstat("/home/app/.ppm"), undefined);
});

Deno.test("withLock() keeps what a failed run has left, and frees the lock", async () => {
  const system = new FakeSystem();
  const body = () => {
    system.writeFile("/home/app/.ppm/key", "k", 0o600);
    return Promise.reject(new UserError("no"));
  };
  await assert.rejects(withLock(system, options(), body), /no/);
  assert.equal(system.files["/home/app/.ppm/key"], "k");
  assert.ok(system.tryLock(LOCK, ""));
});

Deno.test("withLock() does not work in a directory that others may look into", async () => {
  const system = new FakeSystem({ files: { "/home/app/.ppm/manifest.json": "{}" } });
  system.setMode("/home/app/.ppm", 0o755);
  await assert.rejects(withLock(system, options(), () => Promise.resolve()), {
    message: "Cannot use /home/app/.ppm: others may look into it",
  });
});
