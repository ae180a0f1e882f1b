import assert from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import { RealSystem } from "../../src/host/real_system.ts";

Deno.test("RealSystem.makeScratch() explains where there is no room for temporary files", () => {
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", "/nowhere");
  try {
    assert.throws(() => new RealSystem().makeScratch(), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(
        error.message,
        /^Cannot make a directory in \$TMPDIR or \/tmp: No such file or directory$/,
      );
      return true;
    });
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
  }
});

Deno.test("RealSystem.writeScratch() writes nowhere but into its own scratch directories", () => {
  const system = new RealSystem();
  const scratch = system.makeScratch();
  try {
    assert.throws(() => system.writeScratch(`${scratch}-beside/x`, ""), /is not in a scratch directory/);
    system.writeScratch(`${scratch}/a/b`, "text", 0o640);
    assert.equal(system.lstat(`${scratch}/a/b`)?.mode, 0o640);
  } finally {
    system.removeScratch(scratch);
  }
  assert.equal(system.lstat(scratch), undefined);
});

Deno.test("RealSystem.readFile() opens no pipe, which would wait for ever", async () => {
  const system = new RealSystem();
  const scratch = system.makeScratch();
  try {
    await new Deno.Command("mkfifo", { args: [`${scratch}/pipe`] }).output();
    assert.throws(() => system.readFile(`${scratch}/pipe`), /it is not a regular file/);
  } finally {
    system.removeScratch(scratch);
  }
});

Deno.test("RealSystem.tryLock() gives a lock to one at a time, and none on a file that has lost its name", () => {
  const system = new RealSystem();
  const scratch = system.makeScratch();
  const path = `${scratch}/lock`;
  try {
    const lock = system.tryLock(path, "first");
    assert.ok(lock);
    assert.equal(system.tryLock(path, "second"), undefined);
    assert.equal(Deno.readTextFileSync(path), "first");
    lock.release();
    system.tryLock(path, "third")?.release();
    assert.equal(Deno.readTextFileSync(path), "third");
  } finally {
    system.removeScratch(scratch);
  }
});
