import { ok, strictEqual } from "node:assert/strict";
import { freeSpare, setAside } from "../../src/upgrade/spare.ts";
import { FakeSystem } from "../support/fake_system.ts";

const SPARE = "/home/app/.ppm/spare";

Deno.test("setAside() keeps as much room as files take on a disk, of bytes that nothing can compress", () => {
  const system = new FakeSystem({ files: { "/home/app/.ppm/x": "" } });
  setAside(system, [100_000, 1, 4096, 0]);
  const spare = system.readFile(SPARE)!;
  strictEqual(spare.length, 512 * 1024 + (25 + 1 + 1 + 0 + 4) * 4096, "whole blocks, and one more for each");
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
