import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import { setAside } from "../../src/upgrade/spare.ts";
import { endSwitch, hold, readSwitch, release, type Switch, writeSwitch } from "../../src/upgrade/switch.ts";
import { aBackupScene } from "../support/backup_scene.ts";
import { FakeSystem } from "../support/fake_system.ts";

const PPM = "/home/app/.ppm";

const SWITCH: Switch = {
  version: 1,
  operation: "upgrade",
  phase: "trial",
  goal: 1,
  other: 2,
  commit: "c",
  revision: null,
  units: ["web.service"],
  tried: ["web.service", "new.service"],
  snapshot: "s",
  restoresData: true,
  why: "a\nb",
  failedData: null,
  config: "",
  scheduled: true,
  attempt: 2,
  told: null,
  time: "2026-01-02T03:04:05.000Z",
};

function aSystem(): FakeSystem {
  return new FakeSystem({ files: { [`${PPM}/x`]: "" } });
}

Deno.test("readSwitch() reads back what writeSwitch() has written, and nothing where nothing is under way", () => {
  const system = aSystem();
  strictEqual(readSwitch(system), undefined);
  strictEqual(writeSwitch(system, SWITCH), SWITCH);
  deepStrictEqual(readSwitch(system), SWITCH);
  strictEqual(system.lstat(`${PPM}/switch.json`)?.mode, 0o600);
});

Deno.test("readSwitch() takes no switch for one that it cannot understand, and says how to get out", () => {
  const { phase: _, ...incomplete } = SWITCH;
  for (
    const content of [
      "",
      "{",
      "null",
      JSON.stringify(incomplete),
      JSON.stringify({ ...SWITCH, version: 2 }),
      JSON.stringify({ ...SWITCH, phase: "done" }),
      JSON.stringify({ ...SWITCH, restoresData: "no" }),
      JSON.stringify({ ...SWITCH, units: "web.service" }),
    ]
  ) {
    const system = aSystem();
    system.addFile(`${PPM}/switch.json`, content);
    throws(() => readSwitch(system), (error) => {
      ok(error instanceof UserError, content);
      match(error.message, /^Cannot understand \.ppm\/switch\.json: /);
      match(error.hint ?? "", /ppm diff.*\.ppm\/hold.*ppm setup && ppm restart/s);
      return true;
    });
  }
});

Deno.test("endSwitch() lets systemd start the application before the last trace of the switch goes", () => {
  const { system, events } = aBackupScene();
  writeSwitch(system, SWITCH);
  hold(system);
  setAside(system, []);
  events.length = 0;
  endSwitch(system);
  deepStrictEqual(events, ["remove .ppm/hold", "remove .ppm/spare", "remove .ppm/switch.json"]);
  endSwitch(system);
  strictEqual(events.length, 3, "and again");
});

Deno.test("hold() writes nothing where it stands already, and release() ends it", () => {
  const { system, events } = aBackupScene();
  hold(system);
  hold(system);
  release(system);
  release(system);
  deepStrictEqual(events, ["write .ppm/hold", "remove .ppm/hold"]);
});
