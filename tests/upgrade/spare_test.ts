import { ok, strictEqual } from "node:assert/strict";
import { freeSpare, setAside } from "../../src/upgrade/spare.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";

const SPARE = "/home/app/.ppm/spare";

Deno.test("setAside() keeps as much room as the files of a generation take, of bytes that nothing can compress", () => {
  const system = new FakeSystem({ files: { "/home/app/.ppm/x": "" } });
  const stamp = { sha256: "", mode: 0o644, origin: "", modifiedMs: 0, inode: 0, changedMs: 0 };
  setAside(
    system,
    aManifest({ files: { a: { ...stamp, size: 100_000 }, b: { ...stamp, size: 1 } } }),
  );
  const spare = system.readFile(SPARE)!;
  strictEqual(spare.length, 512 * 1024 + 100_001);
  const chunk = 65_536;
  for (let at = 0; at < spare.length; at += chunk) {
    const distinct = new Set(spare.subarray(at, at + chunk)).size;
    ok(distinct > 200, `${distinct} different bytes from ${at} on`);
  }
  strictEqual(system.lstat(SPARE)?.mode, 0o600);
  freeSpare(system);
  freeSpare(system);
  strictEqual(system.lstat(SPARE), undefined);
});
