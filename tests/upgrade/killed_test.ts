/** An upgrade and a rollback that die between any two of their steps, with and without a reboot: whoever comes next ends in the one generation or the other. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Hands } from "../../src/apply/hands.ts";
import { recover } from "../../src/upgrade/interrupted.ts";
import { rollBack } from "../../src/upgrade/roll_back.ts";
import { switchOver } from "../../src/upgrade/switch_over.ts";
import type { FakeSystem } from "../support/fake_system.ts";
import { anUpgradeScene, ONE, SAVED, TWO } from "../support/upgrade_scene.ts";

type Scene = Awaited<ReturnType<typeof anUpgradeScene>>;

const UNIT = ".config/systemd/user/web.service";

class Killed extends Error {}

/** Returns the machine as a ppm sees it that dies right before its `count`-th change, be it its own or a program's. */
function dyingAt(system: FakeSystem, count: number): FakeSystem {
  let left = count;
  const step = () => {
    if (left === 0) throw new Killed();
    left -= 1;
  };
  const changing = [
    "writeFile",
    "writeTree",
    "makeDirectory",
    "setMode",
    "rename",
    "renameToNew",
    "removeFile",
  ];
  return new Proxy(system, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (changing.includes(String(name)) || name === "run" && Object(args[0]).changes) step();
        return Reflect.apply(value, target, args);
      };
    },
  });
}

/** Runs `action` until it dies, or to its end; says whether it came to its end. */
async function until(
  { hands, system }: Scene,
  count: number,
  action: (hands: Hands) => Promise<unknown>,
): Promise<boolean> {
  try {
    await action({ ...hands, system: dyingAt(system, count) });
    return true;
  } catch (error) {
    if (error instanceof Killed) return false;
    if (error instanceof Error && "exit" in error && error.exit === "rolledBack") return true;
    throw error;
  }
}

/** The machine goes off and on again: what is enabled starts, unless it is held. */
function reboot({ manager, system }: Scene): void {
  manager.active.clear();
  manager.run(["start", "--", "web.target"]);
  system.program("cat", () => ({ stdout: "boot-2\n" }));
}

/** A new version that leaves its mark in the data as soon as it runs. */
async function aScene(): Promise<Scene> {
  const scene = await anUpgradeScene();
  const { system, manager } = scene;
  system.program("systemctl", (args) => {
    const answer = manager.run(args);
    const isNew = !scene.text(UNIT).includes("one");
    const starts = args.includes("start") || args.includes("restart");
    const isHeld = system.lstat("/home/app/.ppm/hold") !== undefined;
    if (isNew && starts && !isHeld && args.some((arg) => /^web/.test(arg))) {
      system.addFile("/home/app/data/page", "by the new one");
    }
    return answer;
  });
  return scene;
}

/** Nothing is left undone, and what stands is one generation as a whole, running. */
function check({ system, manager, git, manifest, text }: Scene, moment: string): number {
  for (const name of ["switch.json", "hold", "spare", "intent.json", "swap.json", "move.json"]) {
    strictEqual(system.lstat(`/home/app/.ppm/${name}`), undefined, `${name} ${moment}`);
  }
  const { generation, pending, source } = manifest();
  const files = text(UNIT).includes("one") ? 1 : 2;
  const published = system.readFile("/var/lib/ppm/state/app/state.yml");
  const state = new TextDecoder().decode(published).includes(ONE) ? 1 : 2;
  const commit = generation === 1 ? ONE : TWO;
  deepStrictEqual(
    { files, state, pending, head: git.head, source: source.commit },
    { files: generation, state: generation, pending: null, head: commit, source: commit },
    moment,
  );
  deepStrictEqual(["web.service", "db.service"].filter((unit) => !manager.active.has(unit)), [], moment);
  return generation;
}

/** Strikes at every moment of `action`, and once more in what recovers from that; returns how many moments there are. */
async function strikeEverywhere(
  begin: () => Promise<{ readonly scene: Scene; readonly action: (hands: Hands) => Promise<unknown> }>,
  judge: (scene: Scene, generation: number, moment: string) => void,
): Promise<number> {
  for (let count = 0;; count++) {
    for (const boots of [false, true]) {
      const { scene, action } = await begin();
      const isWhole = await until(scene, count, action);
      const moment = `at ${count}${boots ? ", rebooted" : ""}, after ${scene.events.at(-1)}`;
      if (boots) reboot(scene);
      await until(scene, (count * 7) % 30, recover);
      if (boots && count % 2 === 0) reboot(scene);
      await until(scene, Infinity, recover);
      judge(scene, check(scene, moment), moment);
      if (isWhole) return count;
    }
  }
}

for (const web of ["two", "broken"]) {
  Deno.test(`switchOver() to a version "${web}" that is killed anywhere ends in one generation, running, with its data`, async () => {
    const outcomes = new Set<number>();
    const moments = await strikeEverywhere(async () => {
      const scene = await aScene();
      const job = await scene.upgradeTo({ commit: TWO, web });
      return { scene, action: (hands) => switchOver(hands, job) };
    }, (scene, generation, moment) => {
      outcomes.add(generation);
      const data = scene.text("data/page");
      if (generation === 1) ok(data === "x" || data === "restored", `${data} ${moment}`);
      else strictEqual(data, "by the new one", moment);
      const kept = Object.entries(scene.system.files).filter(([path]) => path.includes("/data.failed-"));
      if (data === "restored") {
        deepStrictEqual(kept.map(([, content]) => content), ["by the new one"], moment);
      }
      const entries = scene.upgrades().quarantine.map(({ commit }) => commit);
      ok(entries.length === 0 || generation === 1 && entries[0] === TWO, moment);
    });
    ok(moments >= 40, `${moments} moments`);
    deepStrictEqual([...outcomes].sort(), web === "two" ? [1, 2] : [1]);
  });
}

for (const snapshot of [null, SAVED]) {
  const how = snapshot === null ? "as it was" : "from the snapshot";
  Deno.test(`rollBack() that is killed anywhere ends in one generation, running, with its data ${how}`, async () => {
    const moments = await strikeEverywhere(async () => {
      const scene = await aScene();
      await switchOver(scene.hands, await scene.upgradeTo({ commit: TWO, web: "two" }));
      const job = { manifest: scene.manifest(), goal: 1, goalCommit: ONE, snapshot, revision: undefined };
      return { scene, action: (hands) => rollBack(hands, job) };
    }, (scene, generation, moment) => {
      const expected = generation === 1 && snapshot !== null ? "restored" : "by the new one";
      strictEqual(scene.text("data/page"), expected, moment);
      const quarantined = scene.upgrades().quarantine.some(({ commit }) => commit === TWO);
      strictEqual(quarantined, generation === 1, moment);
    });
    ok(moments >= 25, `${moments} moments`);
  });
}
