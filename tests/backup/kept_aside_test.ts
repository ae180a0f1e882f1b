import assert from "node:assert/strict";
import { chooseKept } from "../../src/backup/clean.ts";
import { keptAside } from "../../src/backup/kept_aside.ts";
import { removeStagings } from "../../src/backup/staging.ts";
import { FakeSystem } from "../support/fake_system.ts";

const HOME = "/home/app";

function aMachine(): FakeSystem {
  const system = new FakeSystem({
    files: {
      [`${HOME}/data/file`]: "data",
      [`${HOME}/data.before-20261122T030000Z/file`]: "12345",
      [`${HOME}/data.restore-0a1b2c3d/data/file`]: "12345",
      [`${HOME}/data.drill-0a1b2c3d/data/file`]: "12345",
      [`${HOME}/data.before-file`]: "no directory",
      [`${HOME}/data.before-easter/file`]: "the user's",
      [`${HOME}/data.restore-of-march/file`]: "the user's",
      [`${HOME}/data.drill-0a1b2c3d-kept/file`]: "the user's",
      [`${HOME}/database/file`]: "the user's",
      [`${HOME}/.ppm/overwritten/.config/web/page.1a2b3c4d`]: "edited",
    },
  });
  system.program("rm", (args) => {
    system.removeTree(args.at(-1) ?? "");
    return {};
  });
  return system.program("find", () => ({ stdout: "1 d 755 0 1000 1000 \0" + "1 f 644 5 1000 1000 file\0" }));
}

Deno.test("keptAside() lists what ppm keeps and what it left, and nothing else", async () => {
  const kept = await keptAside(aMachine());
  assert.deepEqual(kept.map(({ name, kind, bytes }) => [name, kind, bytes]), [
    ["data.before-20261122T030000Z", "before", 5],
    ["data.drill-0a1b2c3d", "drill", 5],
    ["data.restore-0a1b2c3d", "restore", 5],
    [".ppm/overwritten/.config/web/page.1a2b3c4d", "overwritten", 6],
  ]);
  assert.equal(kept[0]?.sinceMs, Date.UTC(2026, 10, 22, 3));
});

Deno.test("removeStagings() removes what ppm has named, and nothing that only begins like it", async () => {
  const system = aMachine();
  await removeStagings(system);
  assert.equal(system.lstat(`${HOME}/data.restore-0a1b2c3d`), undefined);
  assert.ok(system.lstat(`${HOME}/data.restore-of-march/file`));
});

Deno.test("keptAside() leaves out what an interrupted restore is about to put in place", async () => {
  const system = aMachine();
  const swap = { version: 1, staging: "data.restore-0a1b2c3d", before: "data.before-x" };
  system.addFile(`${HOME}/.ppm/swap.json`, JSON.stringify(swap));
  assert.ok((await keptAside(system)).every(({ name }) => name !== swap.staging));
});

Deno.test("chooseKept() takes names of the list, and no paths", async () => {
  const kept = await keptAside(aMachine());
  assert.equal(chooseKept(kept, []).length, kept.length);
  assert.deepEqual(chooseKept(kept, ["data.drill-0a1b2c3d"]).map(({ kind }) => kind), ["drill"]);
  for (const name of ["data", "/home/app/data", "./data.drill-0a1b2c3d", "data.drill-0a1b2c3d/", "../x"]) {
    assert.throws(() => chooseKept(kept, [name]), { exit: "usage" });
  }
});
