import assert from "node:assert/strict";
import { RealSystem } from "../../src/host/real_system.ts";

Deno.test("RealSystem.tryLock() locks nothing that a link leads to", () => {
  const system = new RealSystem();
  const scratch = system.makeScratch();
  try {
    system.writeScratch(`${scratch}/config.yml`, "variables: { password: secret }");
    Deno.symlinkSync("config.yml", `${scratch}/lock`);
    assert.throws(() => system.tryLock(`${scratch}/lock`, "note"), /lock: it is a symbolic link$/);
  } finally {
    system.removeScratch(scratch);
  }
});

Deno.test("RealSystem.writeTree() and makeScratch() give the owner's own bits, whatever the umask", () => {
  const system = new RealSystem();
  const before = Deno.umask(0o777);
  const scratch = system.makeScratch();
  try {
    system.writeTree(`${scratch}/tree`, [{ path: "a/b/file", content: "text" }]);
    const modes = ["", "/tree", "/tree/a", "/tree/a/b", "/tree/a/b/file"]
      .map((path) => system.lstat(scratch + path)?.mode);
    assert.deepEqual(modes, [0o700, 0o700, 0o700, 0o700, 0o600]);
  } finally {
    Deno.umask(before);
    system.removeScratch(scratch);
  }
});

/** What is done to the disk by `action`, in order. */
function effects(action: () => void): readonly string[] {
  const done: string[] = [];
  const { syncSync } = Deno.FsFile.prototype;
  const { renameSync, removeSync, chmodSync } = Deno;
  try {
    Deno.FsFile.prototype.syncSync = function () {
      done.push(this.statSync().isDirectory ? "sync the directory" : "sync the file");
      syncSync.call(this);
    };
    Deno.renameSync = (from, to) => {
      renameSync(from, to);
      done.push("rename");
    };
    Deno.removeSync = (path, options) => {
      removeSync(path, options);
      done.push("remove");
    };
    Deno.chmodSync = (path, mode) => {
      done.push(`${((Deno.lstatSync(path).mode ?? 0) & 0o777).toString(8)} becomes ${mode.toString(8)}`);
      chmodSync(path, mode);
    };
    action();
    return done;
  } finally {
    Deno.FsFile.prototype.syncSync = syncSync;
    Object.assign(Deno, { renameSync, removeSync, chmodSync });
  }
}

Deno.test("RealSystem brings to the disk what it writes before it gets its name, and then the name", () => {
  const system = new RealSystem();
  const scratch = system.makeScratch();
  const before = Deno.umask(0);
  try {
    const write = effects(() => system.writeFile(`${scratch}/a`, "text", 0o644));
    assert.deepEqual(write, ["600 becomes 644", "sync the file", "rename", "sync the directory"]);
    Deno.mkdirSync(`${scratch}/sub`);
    const rename = effects(() => system.rename(`${scratch}/a`, `${scratch}/b`));
    assert.deepEqual(rename, ["rename", "sync the directory"]);
    const away = effects(() => system.renameToNew(`${scratch}/b`, `${scratch}/sub/b`));
    assert.deepEqual(away, ["rename", "sync the directory", "sync the directory"]);
    assert.deepEqual(effects(() => system.removeFile(`${scratch}/sub/b`)), ["remove", "sync the directory"]);
    const made = effects(() => system.makeDirectory(`${scratch}/new`, 0o700));
    assert.deepEqual(made, ["700 becomes 700", "sync the directory"]);
    const tree = effects(() => system.writeTree(`${scratch}/tree`, [{ path: "file", content: "text" }]));
    assert.deepEqual(tree.slice(-4), ["sync the file", "sync the directory", "rename", "sync the directory"]);
  } finally {
    Deno.umask(before);
    system.removeScratch(scratch);
  }
});

Deno.test("RealSystem.tryLock() locks on a full disk as well: what is to be finished then needs no room", () => {
  const system = new RealSystem();
  const scratch = system.makeScratch();
  const { writeSync } = Deno.FsFile.prototype;
  try {
    Deno.FsFile.prototype.writeSync = () => {
      throw new Error("No space left on device (os error 28)");
    };
    const lock = system.tryLock(`${scratch}/lock`, "note");
    assert.ok(lock);
    assert.equal(system.tryLock(`${scratch}/lock`, "note"), undefined);
    lock.release();
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
    system.removeScratch(scratch);
  }
});
