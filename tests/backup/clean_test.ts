import assert from "node:assert/strict";
import { removable, removeKept } from "../../src/backup/clean.ts";
import { keptAside } from "../../src/backup/kept_aside.ts";
import { Output } from "../../src/ui/output.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

const HOME = "/home/app";

function aServer() {
  const system = new FakeSystem({
    files: {
      [`${HOME}/data/page`]: "mine",
      [`${HOME}/data.before-20260101T000000Z/page`]: "old",
      [`${HOME}/data.drill-0a1b2c3d/data/page`]: "drilled",
      [`${HOME}/.ppm/overwritten/page`]: "edited",
    },
  });
  system.program("find", () => ({ stdout: "1 d 700 0 1000 1000 \0" }));
  system.program("rm", (args) => {
    system.removeTree(args.at(-1) ?? "");
    return {};
  });
  const output = new Output({ stdout: new MemorySink(), stderr: new MemorySink() });
  return { hands: { system, output, clock: new FakeClock() }, system };
}

Deno.test("removable() leaves what a drill works on, and what has gone meanwhile", async () => {
  const { hands, system } = aServer();
  const wanted = await keptAside(system);
  const names = async () => (await removable(hands, wanted)).map(({ name }) => name);
  const [before, drilled, edited] = [
    "data.before-20260101T000000Z",
    "data.drill-0a1b2c3d",
    ".ppm/overwritten/page",
  ];
  assert.deepEqual(await names(), [before, drilled, edited]);
  const lock = system.tryLock(`${HOME}/.ppm/drill.lock`, "ppm drill, pid 7");
  assert.deepEqual(await names(), [before, edited]);
  lock?.release();
  system.removeTree(`${HOME}/${before}`);
  assert.deepEqual(await names(), [drilled, edited]);
});

Deno.test("removeKept() removes that one thing", async () => {
  const { system } = aServer();
  for (const each of await keptAside(system)) await removeKept(system, each);
  const left = Object.keys(system.files).filter((path) => path.startsWith(HOME));
  assert.deepEqual(left, [`${HOME}/data/page`]);
});
