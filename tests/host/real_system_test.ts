import assert from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import { ProgramError } from "../../src/host/program_error.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import type { FileStat, Invocation } from "../../src/host/system.ts";

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

Deno.test("RealSystem.tryLock() gives a lock to one at a time", () => {
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

/** A machine on which whoever held a lock takes its file away just before it is looked at again. */
class Racing extends RealSystem {
  override lstat(path: string): FileStat | undefined {
    if (path.endsWith("/lock") && super.lstat(path) !== undefined) Deno.removeSync(path);
    return super.lstat(path);
  }
}

Deno.test("RealSystem.tryLock() gives no lock on a file that has lost its name", () => {
  const system = new Racing();
  const scratch = system.makeScratch();
  try {
    assert.equal(system.tryLock(`${scratch}/lock`, ""), undefined);
  } finally {
    system.removeScratch(scratch);
  }
});

Deno.test("RealSystem.writeFile() gives exactly the mode that is asked for, whatever the umask", () => {
  const system = new RealSystem();
  const scratch = system.makeScratch();
  const before = Deno.umask(0o077);
  try {
    system.writeFile(`${scratch}/file`, "text", 0o644);
    system.makeDirectory(`${scratch}/directory`, 0o755);
    assert.equal(system.lstat(`${scratch}/file`)?.mode, 0o644);
    assert.equal(system.lstat(`${scratch}/directory`)?.mode, 0o755);
    assert.deepEqual(system.readDirectory(scratch), ["directory", "file"]);
  } finally {
    Deno.umask(before);
    system.removeScratch(scratch);
  }
});

const FAILURES: readonly [string, Partial<Invocation>, ProgramError["failure"]][] = [
  ["exit 3", {}, { kind: "exit", code: 3 }],
  ["kill -TERM $$", {}, { kind: "signal", signal: "SIGTERM" }],
  ["exec sleep 60", { timeoutMs: 100 }, { kind: "timeout", timeoutMs: 100 }],
  ["printf 12345", { maxOutputBytes: 4 }, { kind: "output", maxBytes: 4 }],
  ["", { program: "no-such-program" }, { kind: "missing" }],
];

for (const [script, changes, failure] of FAILURES) {
  Deno.test(`RealSystem.run() tells how a program failed: ${failure.kind}`, async () => {
    const system = new RealSystem();
    const invocation = { program: "sh", args: ["-c", script], changes: false, directory: "/", ...changes };
    const error = await system.run(invocation).then(() => undefined, (error) => error);
    assert.ok(error instanceof ProgramError);
    assert.deepEqual(error.failure, failure);
  });
}

Deno.test("RealSystem.writeFile() writes over what a killed run had written by half", () => {
  const system = new RealSystem();
  const scratch = system.makeScratch();
  try {
    Deno.writeTextFileSync(`${scratch}/.file.ppm-new`, "te");
    system.writeFile(`${scratch}/file`, "text", 0o644);
    system.writeTree(`${scratch}/tree`, [{ path: "a/b", content: "text", twin: `${scratch}/file` }]);
    assert.deepEqual(system.readDirectory(scratch), ["file", "tree"]);
    assert.equal(system.lstat(`${scratch}/tree/a/b`)?.inode, system.lstat(`${scratch}/file`)?.inode);
  } finally {
    system.removeScratch(scratch);
  }
});

Deno.test("RealSystem.touch() sets the times of a directory to now, and leaves its mode and what is in it", () => {
  const system = new RealSystem();
  const scratch = system.makeScratch();
  try {
    const path = `${scratch}/entry`;
    system.writeScratch(`${path}/state.yml`, "text");
    Deno.chmodSync(path, 0o755);
    Deno.utimeSync(path, 1, 1);
    system.touch(path);
    const stat = system.lstat(path);
    assert.ok(Math.abs(stat!.modifiedMs - Date.now()) < 60_000, `${stat?.modifiedMs}`);
    assert.deepEqual([stat?.mode, system.readDirectory(path)], [0o755, ["state.yml"]]);
    assert.throws(() => system.touch(`${scratch}/missing`), /^UserError: Cannot set the times of /);
  } finally {
    system.removeScratch(scratch);
  }
});
