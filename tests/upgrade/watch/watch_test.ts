import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { UserError } from "../../../src/errors.ts";
import { readWatch, type Step, updateWatch } from "../../../src/upgrade/watch/journal.ts";
import { changesWhatIsRead, needRestart } from "../../../src/upgrade/watch/reload.ts";
import { isUnderWay, stepBack } from "../../../src/upgrade/watch/step_back.ts";
import { stepForth } from "../../../src/upgrade/watch/step_forth.ts";
import { reportWatch, watchUnitNames } from "../../../src/upgrade/watch/report.ts";
import { isWorthTelling, tellingOnce } from "../../../src/upgrade/watch/tell.ts";
import type { Action } from "../../../src/plan/actions.ts";
import { anUpgradeScene, ONE, prepareVersion } from "../../support/upgrade_scene.ts";

const UNIT = ".config/systemd/user/web.service";

/** Generation 1 stands; the neighbours make another one of the same commit. `restart` lets units read it, as a reload would not. */
async function aScene({ web = "two" } = {}) {
  const scene = await anUpgradeScene();
  const prepared = { ...await prepareVersion(scene.system, { commit: ONE, web }), neighbours: "seen" };
  const forth = () => stepForth(scene.hands, { prepared, manifest: scene.manifest() });
  return { ...scene, prepared, forth };
}

function aStep(changes: Partial<Step> = {}): Step {
  return { from: 1, other: 2, inputs: "new", running: [], reload: [], why: null, ...changes };
}

function writing(path: string): Action {
  return {
    kind: "write-file",
    path,
    content: new Uint8Array(),
    mode: 0o644,
    sha256: "",
    previous: undefined,
    private: false,
    why: "",
  };
}

Deno.test("stepForth() records a generation by neighbours, and takes its step away", async () => {
  const scene = await aScene();
  await scene.forth();
  deepStrictEqual([scene.record(2).by, scene.record(2).outcome, scene.record(2).previous], [
    "neighbours",
    "done",
    1,
  ]);
  match(scene.text(UNIT), /two/);
  deepStrictEqual(readWatch(scene.system).step, null);
});

Deno.test("stepForth() goes back where what ran has ended, remembers with which neighbours, and says why", async () => {
  const scene = await aScene();
  const run = scene.manager.run;
  scene.system.program("systemctl", (args) => {
    if (args.includes("daemon-reload") && scene.text(UNIT).includes("two")) {
      scene.manager.active.delete("db.service");
    }
    return run(args);
  });
  await rejects(scene.forth(), (error) => {
    ok(error instanceof UserError);
    match(
      error.message,
      /^Cannot follow the neighbours: generation 1 is back\nCannot start "web": not up: db\.service/,
    );
    return true;
  });
  match(scene.text(UNIT), /one/);
  ok(scene.manager.active.has("db.service"));
  deepStrictEqual([scene.manifest().generation, scene.manifest().newest], [1, 2]);
  strictEqual(scene.record(2).outcome, "failed");
  deepStrictEqual([readWatch(scene.system).step, readWatch(scene.system).failed?.neighbours], [null, "seen"]);
});

Deno.test("stepForth() blames no neighbour for what kept the files from being written", async () => {
  const scene = await aScene();
  const { system } = scene;
  const write = system.writeFile.bind(system);
  let full = true;
  system.writeFile = (path, content, mode) => {
    if (full && path.endsWith("web.service")) {
      full = false;
      throw new UserError("Cannot write: no space left");
    }
    write(path, content, mode);
  };
  await rejects(scene.forth(), /generation 1 is back\nCannot write: no space left/);
  deepStrictEqual([readWatch(system).step, readWatch(system).failed], [null, null]);
  strictEqual(scene.manifest().pending, null);
});

Deno.test("stepForth() that is killed at any write ends at generation 1 or 2 once stepBack() has run", async () => {
  const seen = new Set<number>();
  for (let at = 0; at < 40; at++) {
    const scene = await aScene();
    const { system } = scene;
    let left = at;
    const die = <A extends unknown[], R>(call: (...args: A) => R) => (...args: A): R => {
      if (left-- === 0) throw new RangeError("killed");
      return call(...args);
    };
    const [writeFile, writeTree, rename] = [system.writeFile, system.writeTree, system.rename];
    system.writeFile = die(writeFile.bind(system));
    system.writeTree = die(writeTree.bind(system));
    system.rename = die(rename.bind(system));
    const killed = await scene.forth().then(() => false, (error) => {
      ok(error instanceof RangeError, String(error));
      return true;
    });
    Object.assign(system, { writeFile, writeTree, rename });
    strictEqual(await stepBack(scene.hands), undefined);
    const { generation, pending } = scene.manifest();
    seen.add(generation);
    deepStrictEqual([pending, readWatch(system).step], [null, null], `write ${at}`);
    match(scene.text(UNIT), generation === 1 ? /one/ : /two/, `write ${at}`);
    if (!killed) break;
    strictEqual(generation, 1, `write ${at}`);
  }
  deepStrictEqual([...seen], [1, 2]);
});

Deno.test("stepBack() leaves alone what somebody has set up since, and forgets the step", async () => {
  const scene = await aScene();
  await scene.setUp({ commit: ONE, web: "three" });
  updateWatch(scene.system, { step: aStep() });
  await stepBack(scene.hands);
  match(scene.text(UNIT), /three/);
  strictEqual(readWatch(scene.system).step, null);
});

Deno.test("isUnderWay() knows what the step has left by its number, by what it was made from, and by what is pending", () => {
  const stands = { generation: 2, inputs: "new", pending: null };
  ok(isUnderWay(aStep(), stands));
  ok(!isUnderWay(aStep(), { ...stands, inputs: "another setup" }));
  ok(!isUnderWay(aStep(), { ...stands, generation: 1 }));
  ok(isUnderWay(aStep(), { ...stands, generation: 1, pending: {} }));
  ok(!isUnderWay(aStep(), { ...stands, generation: 3, pending: {} }));
});

Deno.test("changesWhatIsRead() is about files that units read while they run, not about units", () => {
  ok(changesWhatIsRead({ actions: [writing(".config/proxy/list")] }));
  ok(!changesWhatIsRead({ actions: [writing(UNIT), writing(".config/systemd/user/web.service.d/a.conf")] }));
});

Deno.test("needRestart() names units whose own files change, and all where nothing could be reloaded", () => {
  const restart = ["db.service", "web.service"];
  const actions = [writing(UNIT), writing(".config/proxy/list")];
  deepStrictEqual(needRestart({ actions, restart, running: true }, ["db.service"]), ["web.service"]);
  deepStrictEqual(needRestart({ actions, restart, running: true }, []), restart);
  deepStrictEqual(needRestart({ actions: [writing(UNIT)], restart, running: true }, []), ["web.service"]);
});

Deno.test("isWorthTelling() says the same thing once, and another one an hour later at the earliest", () => {
  const told = { message: "a", atMs: 0 };
  ok(isWorthTelling(null, "a", 0));
  ok(!isWorthTelling(told, "a", 9e9));
  ok(!isWorthTelling(told, "b", 3_599_999));
  ok(isWorthTelling(told, "b", 3_600_000));
});

Deno.test("tellingOnce() throws for people each time, for a unit once, and forgets neither when nor, while it lasts, what", async () => {
  const { hands, system } = await aScene();
  const fail = () => tellingOnce(hands, () => Promise.reject(new UserError("two want git.example.org")));
  await rejects(fail());
  await rejects(fail());
  system.variables.INVOCATION_ID = "1";
  await rejects(fail());
  strictEqual(await fail(), undefined);
  strictEqual(await tellingOnce(hands, () => Promise.resolve(1)), 1);
  strictEqual(readWatch(system).told?.message, "");
  strictEqual(await fail(), undefined);
});

Deno.test("tellingOnce() notes for the status what is amiss, also where nobody is told, and until it is well", async () => {
  const { hands, system } = await aScene();
  system.variables.INVOCATION_ID = "1";
  await rejects(tellingOnce(hands, () => Promise.reject(new UserError("two want git.example.org"))));
  await tellingOnce(hands, () => Promise.reject(new UserError("claims.yml:1:1: no mapping")));
  strictEqual(readWatch(system).amiss, "claims.yml:1:1: no mapping");
  await tellingOnce(hands, () => Promise.resolve());
  strictEqual(readWatch(system).amiss, null);
});

Deno.test("reportWatch() complains of neighbours that are left alone, until somebody has set them up all the same", async () => {
  const { system } = await aScene();
  const watch = { reload: null };
  const units = new Map(watchUnitNames({ watch }).map((name) => [name, { ActiveState: "active" }]));
  const complaints = (neighbours: string) => reportWatch(system, { watch, neighbours }, units)?.complaints;
  updateWatch(system, { failed: { neighbours: "seen", why: "Cannot reload web.service\nmore" } });
  deepStrictEqual(complaints("others"), [{
    message: "with its neighbours as they are now, the application was not well: Cannot reload web.service",
    next: "ppm setup",
  }]);
  deepStrictEqual(complaints("seen"), []);
  updateWatch(system, { failed: null, amiss: "two want git.example.org" });
  deepStrictEqual(complaints("seen"), [{
    message: "two want git.example.org",
    next: "ppm setup --neighbours",
  }]);
});
