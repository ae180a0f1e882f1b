import { match, strictEqual } from "node:assert/strict";
import { interruptionWords } from "../../src/upgrade/interruptible.ts";
import { type Switch, writeSwitch } from "../../src/upgrade/switch.ts";
import { FakeSystem } from "../support/fake_system.ts";

const SWITCH: Switch = {
  version: 1,
  operation: "upgrade",
  phase: "switching",
  goal: 1,
  other: 2,
  commit: "c",
  revision: null,
  units: [],
  tried: [],
  snapshot: null,
  restoresData: false,
  why: null,
  failedData: null,
  config: "",
  scheduled: false,
  attempt: 1,
  told: null,
  time: "2026-01-02T03:04:05.000Z",
};

const CASES: readonly (readonly [string, Partial<Switch>, RegExp])[] = [
  ["while files are replaced", { phase: "switching" }, /generation 1 is brought back/],
  ["in a trial", { phase: "trial" }, /generation 2 is tried once more, and generation 1 comes back/],
  ["in a second trial", { phase: "trial", attempt: 2 }, /generation 1 is brought back/],
  ["while it goes back", { phase: "returning" }, /generation 1 is brought back/],
];

for (const [when, changes, words] of CASES) {
  Deno.test(`interruptionWords() says how it goes on ${when}`, () => {
    const system = new FakeSystem({ files: { "/home/app/.ppm/lock": "" } });
    writeSwitch(system, { ...SWITCH, ...changes });
    const said = interruptionWords(system, "upgrade");
    match(said, words);
    match(said, /ppm recover/);
  });
}

Deno.test("interruptionWords() says that what was stopped is started again, and where nothing was", () => {
  const system = new FakeSystem({ files: { "/home/app/.ppm/lock": "" } });
  strictEqual(
    interruptionWords(system, "rollback"),
    "The rollback was interrupted before anything was stopped",
  );
  const intent = { version: 1, operation: "backup", boot: "b", units: ["web.service"], time: SWITCH.time };
  system.writeFile("/home/app/.ppm/intent.json", JSON.stringify(intent), 0o600);
  match(interruptionWords(system, "upgrade"), /what was stopped is started again/);
});

Deno.test("interruptionWords() says how a removal goes on that cannot be taken back", () => {
  const system = new FakeSystem({ files: { "/home/app/.ppm/lock": "" } });
  const fence = { version: 1, purpose: "remove", time: SWITCH.time, snapshot: null, data: true };
  system.writeFile("/home/app/.ppm/fence.json", JSON.stringify(fence), 0o600);
  match(interruptionWords(system, "removal"), /interrupted half way\. Go on with it: ppm remove$/);
});
