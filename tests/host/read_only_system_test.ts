import assert from "node:assert/strict";
import { ReadOnlySystem } from "../../src/host/read_only_system.ts";
import { FakeSystem } from "../support/fake_system.ts";

Deno.test("ReadOnlySystem.run() runs what only looks, and refuses what changes something", async () => {
  const system = new FakeSystem().program("git", () => ({ stdout: "2\n" }));
  const readOnly = new ReadOnlySystem(system);
  const looking = { program: "git", args: ["status"], changes: false };
  assert.equal((await readOnly.run(looking)).stdout, "2\n");
  assert.throws(() => readOnly.run({ ...looking, changes: true }), /asked to run git/);
  assert.equal(system.invocations.length, 1);
});
