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
