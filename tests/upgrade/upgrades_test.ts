import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import {
  accept,
  acceptSetup,
  quarantine,
  quarantined,
  readUpgrades,
  welcome,
} from "../../src/upgrade/upgrades.ts";
import { FakeSystem } from "../support/fake_system.ts";

const PATH = "/home/app/.ppm/upgrades.json";
const ACCEPTED = { commit: "a1", revision: "main" };

function aSystem(content?: unknown): FakeSystem {
  const system = new FakeSystem({ files: { "/home/app/.ppm/x": "" } });
  if (content !== undefined) {
    system.addFile(PATH, typeof content === "string" ? content : JSON.stringify(content));
  }
  return system;
}

function entry(commit: string, why = "it failed") {
  return { commit, time: "2026-01-02T03:04:05.000Z", why };
}

Deno.test("readUpgrades() knows nothing before the first upgrade", () => {
  deepStrictEqual(readUpgrades(aSystem()), {
    version: 1,
    accepted: null,
    quarantine: [],
    upgraded: null,
  });
});

Deno.test("readUpgrades() reads back what was accepted and what is left alone", () => {
  const system = aSystem();
  quarantine(system, [entry("b1")]);
  accept(system, ACCEPTED, { upgraded: 7 });
  const upgrades = readUpgrades(system);
  deepStrictEqual(upgrades, { version: 1, accepted: ACCEPTED, quarantine: [entry("b1")], upgraded: 7 });
  deepStrictEqual(quarantined(upgrades, "b1"), entry("b1"));
  strictEqual(quarantined(upgrades, "b"), undefined, "only the whole id");
  strictEqual(system.lstat(PATH)?.mode, 0o600);
});

const DAMAGED: Record<string, unknown> = {
  "no JSON": "{",
  "another version": { version: 2, accepted: null, quarantine: [], upgraded: null },
  "no list": { version: 1, accepted: null, quarantine: {}, upgraded: null },
  "an entry without a reason": {
    version: 1,
    accepted: null,
    quarantine: [{ commit: "a", time: "t" }],
    upgraded: null,
  },
  "no revision": { version: 1, accepted: { commit: "a" }, quarantine: [], upgraded: null },
};

for (const [name, content] of Object.entries(DAMAGED)) {
  Deno.test(`readUpgrades() says what to do about ${name}`, () => {
    throws(() => readUpgrades(aSystem(content)), (error) => {
      ok(error instanceof UserError);
      match(error.message, /^Cannot understand \.ppm\/upgrades\.json: /);
      match(error.hint ?? "", /rm \/home\/app\/\.ppm\/upgrades\.json$/);
      return true;
    });
  });
}

Deno.test("accept() keeps what is left alone, that commit too, and the time of the last upgrade", () => {
  const system = aSystem();
  quarantine(system, [entry("a1"), entry("b1")]);
  accept(system, ACCEPTED, { upgraded: 7 });
  accept(system, { commit: "c1", revision: null }, {});
  deepStrictEqual(readUpgrades(system), {
    version: 1,
    accepted: { commit: "c1", revision: null },
    quarantine: [entry("a1"), entry("b1")],
    upgraded: 7,
  });
});

Deno.test("quarantine() keeps one entry for a commit, the newest last, and the newest 20 in all", () => {
  const system = aSystem();
  quarantine(system, [entry("a1", "first"), entry("b1")]);
  quarantine(system, [entry("a1", "second")]);
  deepStrictEqual(readUpgrades(system).quarantine, [entry("b1"), entry("a1", "second")]);
  for (let at = 0; at < 19; at++) quarantine(system, [entry(`c${at}`)]);
  const commits = readUpgrades(system).quarantine.map(({ commit }) => commit);
  deepStrictEqual([commits.length, commits[0], commits.at(-1)], [20, "a1", "c18"]);
});

Deno.test("quarantine() and accept() leave alone what the other has written", () => {
  const system = aSystem();
  accept(system, ACCEPTED, { upgraded: 7 });
  quarantine(system, [entry("b1")]);
  const { accepted, upgraded } = readUpgrades(system);
  deepStrictEqual([accepted, upgraded], [ACCEPTED, 7]);
});

Deno.test("welcome() forgets one commit, and writes nothing where it was not left alone", () => {
  const system = aSystem();
  quarantine(system, [entry("a1"), entry("b1")]);
  welcome(system, "a1");
  deepStrictEqual(readUpgrades(system).quarantine, [entry("b1")]);
  const inode = system.lstat(PATH)?.inode;
  welcome(system, "a1");
  strictEqual(system.lstat(PATH)?.inode, inode);
});

Deno.test("accept(), quarantine() and welcome() write nothing over what they cannot understand", () => {
  const changes: readonly ((system: FakeSystem) => void)[] = [
    (system) => accept(system, ACCEPTED, {}),
    (system) => quarantine(system, [entry("a1")]),
    (system) => welcome(system, "a1"),
  ];
  for (const change of changes) {
    const system = aSystem("{");
    throws(() => change(system), UserError);
    strictEqual(system.files[PATH], "{");
  }
});

Deno.test("acceptSetup() accepts the first commit of a clone, though a kill came in between, and no later one", () => {
  const system = aSystem();
  acceptSetup(system, { commit: "a1", isNew: false }, "main");
  deepStrictEqual(readUpgrades(system).accepted, ACCEPTED);
  quarantine(system, [entry("a0")]);
  acceptSetup(system, { commit: "a0", isNew: false }, undefined);
  deepStrictEqual(
    readUpgrades(system).accepted,
    ACCEPTED,
    "where a rollback has gone to, nothing new is accepted",
  );
  deepStrictEqual(readUpgrades(system).quarantine, [], "what somebody sets up is not left alone");
  acceptSetup(system, { commit: "c1", isNew: true }, undefined);
  deepStrictEqual(readUpgrades(system).accepted, { commit: "c1", revision: null });
});
