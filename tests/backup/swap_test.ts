import assert from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import { finishSwap, readSwap, swapIn } from "../../src/backup/swap.ts";
import { FakeSystem } from "../support/fake_system.ts";

const HOME = "/home/app";
const STAGING = "data.restore-0a1b2c3d";
const NOW = Date.UTC(2026, 10, 22, 3);

function aMachine(): FakeSystem {
  return new FakeSystem({
    files: {
      [`${HOME}/data/file`]: "old",
      [`${HOME}/.ppm/secrets.yml`]: "old secrets",
      [`${HOME}/.ppm/key`]: "same key",
      [`${HOME}/.ppm/generations/1/generation.json`]: "mine",
      [`${HOME}/${STAGING}/data/file`]: "new",
      [`${HOME}/${STAGING}/.ppm/secrets.yml`]: "new secrets",
      [`${HOME}/${STAGING}/.ppm/key`]: "same key",
      [`${HOME}/${STAGING}/.ppm/lock`]: "another's",
      [`${HOME}/${STAGING}/.ppm/lineage.json`]: "another's",
      [`${HOME}/${STAGING}/.ppm/generations/1/generation.json`]: "another's",
      [`${HOME}/${STAGING}/.ppm/generations/2/generation.json`]: "restored",
    },
  });
}

const AFTERWARDS = {
  [`${HOME}/.ppm/generations/1/generation.json`]: "mine",
  [`${HOME}/.ppm/generations/2/generation.json`]: "restored",
  [`${HOME}/.ppm/key`]: "same key",
  [`${HOME}/.ppm/overwritten/secrets.yml.1`]: "old secrets",
  [`${HOME}/.ppm/secrets.yml`]: "new secrets",
  [`${HOME}/data.before-20261122T030000Z/file`]: "old",
  [`${HOME}/data/file`]: "new",
};

function filesOf(system: FakeSystem): Record<string, string> {
  return Object.fromEntries(Object.entries(system.files).filter(([path]) => path.startsWith(HOME)));
}

/** Dies at the n-th change, and does nothing more. */
class Mortal extends Error {}

function dyingAt(system: FakeSystem, count: number): FakeSystem {
  let left = count;
  const changing = ["writeFile", "makeDirectory", "rename", "renameToNew", "removeFile", "removeTree"];
  return new Proxy(system, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (changing.includes(String(name)) && left-- <= 0) throw new Mortal();
        return Reflect.apply(value, target, args);
      };
    },
  });
}

function dies(step: () => unknown): boolean {
  try {
    step();
    return false;
  } catch (error) {
    if (error instanceof Mortal) return true;
    throw error;
  }
}

Deno.test("swapIn() puts data, secrets and generations in place, keeps what stood there, and takes over no lock and no lineage", () => {
  const system = aMachine();
  assert.equal(swapIn(system, STAGING, { nowMs: NOW }), "data.before-20261122T030000Z");
  assert.deepEqual(filesOf(system), AFTERWARDS);
});

Deno.test("swapIn() needs nothing at data/", () => {
  const system = aMachine();
  system.removeTree(`${HOME}/data`);
  assert.equal(swapIn(system, STAGING, { nowMs: NOW }), undefined);
  assert.equal(system.files[`${HOME}/data/file`], "new");
});

Deno.test("swapIn() replaces nothing that an earlier restore kept", () => {
  const system = aMachine();
  system.addFile(`${HOME}/data.before-20261122T030000Z/file`, "older");
  assert.equal(swapIn(system, STAGING, { nowMs: NOW }), "data.before-20261122T030000Z-2");
  assert.equal(system.files[`${HOME}/data.before-20261122T030000Z/file`], "older");
});

Deno.test("finishSwap() ends the same, wherever swapIn() was killed, and wherever it was itself", () => {
  let deaths = 0;
  for (let first = 0; first < 20; first++) {
    for (let second = 0; second < 20; second++) {
      const system = aMachine();
      for (
        const step of [
          () => swapIn(dyingAt(system, first), STAGING, { nowMs: NOW }),
          () => finishSwap(dyingAt(system, second)),
        ]
      ) {
        if (dies(step)) deaths++;
        const data = system.files[`${HOME}/data/file`];
        assert.ok(
          data === "old" || data === "new" || readSwap(system) !== undefined,
          "data/ is gone, and nobody knows",
        );
      }
      const begun = readSwap(system) !== undefined || system.files[`${HOME}/data/file`] === "new";
      finishSwap(system);
      if (!begun) assert.equal(system.files[`${HOME}/data/file`], "old");
      else {
        system.removeTree(`${HOME}/${STAGING}`); // what the next restore does
        assert.deepEqual(filesOf(system), AFTERWARDS);
      }
    }
  }
  assert.ok(deaths > 100);
});

/** Refuses the n-th change once: before it is made, or, as where a directory cannot be brought to the disk, after. */
function refusing(system: FakeSystem, count: number, { after }: { readonly after: boolean }): FakeSystem {
  let left = count;
  const changing = ["writeFile", "makeDirectory", "rename", "renameToNew", "removeFile", "removeTree"];
  return new Proxy(system, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const isRefused = changing.includes(String(name)) && left-- === 0;
        if (isRefused && !after) throw new UserError("No space left on device");
        const result = Reflect.apply(value, target, args);
        if (isRefused) throw new UserError("No space left on device");
        return result;
      };
    },
  });
}

for (const after of [false, true]) {
  Deno.test(`swapIn() that the disk refuses anything leaves no journal, and the old data or the new one (${after ? "after" : "before"} the change)`, () => {
    const seen = new Set<string | undefined>();
    for (let count = 0;; count++) {
      const system = aMachine();
      try {
        swapIn(refusing(system, count, { after }), STAGING, { nowMs: NOW });
        break;
      } catch (error) {
        assert.match(String(error), /No space left/);
      }
      assert.equal(readSwap(system), undefined, `${count}`);
      const data = system.files[`${HOME}/data/file`];
      if (data === "old") assert.equal(system.files[`${HOME}/${STAGING}/data/file`], "new", `${count}`);
      else assert.equal(system.files[`${HOME}/data.before-20261122T030000Z/file`], "old", `${count}`);
      seen.add(data);
    }
    assert.deepEqual([...seen], ["old", "new"]);
  });
}

Deno.test("finishSwap() has nothing to do where no swap is under way", () => {
  const system = aMachine();
  const before = system.files;
  assert.equal(finishSwap(system), false);
  assert.deepEqual(system.files, before);
});

Deno.test("readSwap() believes no journal that leads elsewhere", () => {
  for (
    const swap of [{}, { version: 1, staging: "data", before: "data.before-x" }, {
      version: 1,
      staging: "data.restore-1/../..",
      before: "data.before-x",
    }]
  ) {
    const system = new FakeSystem({ files: { [`${HOME}/.ppm/swap.json`]: JSON.stringify(swap) } });
    assert.throws(() => readSwap(system), { exit: "backup", message: /Cannot understand \.ppm\/swap\.json/ });
  }
});
