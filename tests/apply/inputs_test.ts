import assert from "node:assert/strict";
import { isUnchanged } from "../../src/apply/inputs.ts";
import type { Manifest } from "../../src/plan/manifest.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest, aUnit, shown } from "../support/manifest.ts";

const UNIT = ".config/systemd/user/web.service";
const GENERATION = "/home/app/.ppm/generations/2";
const STATE = "/var/lib/ppm/state/app/state.yml";

/** A machine on which everything stands as `manifest` says. */
function aMachine(properties: Record<string, string> = {}) {
  const system = new FakeSystem({
    files: {
      [`/home/app/${UNIT}`]: "[Service]\n",
      [STATE]: "version: 1\n",
      [`${GENERATION}/generation.json`]: "{}\n",
      [`${GENERATION}/state.yml`]: "version: 1\n",
      [`${GENERATION}/files/${UNIT}`]: "[Service]\n",
    },
  });
  system.program("systemctl", (args) => {
    const names = args.slice(args.indexOf("--") + 1);
    const unit = { UnitFileState: "enabled", NeedDaemonReload: "no" };
    return {
      stdout: shown(Object.fromEntries(names.map((name) => [
        name,
        { ...unit, ...(name === "web.service" ? properties : {}) },
      ]))),
    };
  });
  const stampOf = (path: string) => {
    const { mode, size, modifiedMs, inode } = system.lstat(path)!;
    return { mode, size, modifiedMs, inode, sha256: "", origin: "ppm", changedMs: 0 };
  };
  const manifest = aManifest({
    inputs: "the same",
    units: [aUnit("web.service")],
    files: { [UNIT]: stampOf(`/home/app/${UNIT}`) },
    stateFile: { ...stampOf(STATE), path: STATE, told: "" },
  });
  return { system, manifest };
}

Deno.test("isUnchanged() sees that there is nothing to do", async () => {
  const { system, manifest } = aMachine();
  assert.equal(await isUnchanged(system, manifest, "the same"), true);
});

const CHANGES: Readonly<Record<string, Partial<Manifest>>> = {
  "a run that was interrupted": { pending: {} },
  "other inputs": { inputs: "others" },
  "no state file": { stateFile: null },
};

for (const [what, changes] of Object.entries(CHANGES)) {
  Deno.test(`isUnchanged() sees ${what}`, async () => {
    const { system, manifest } = aMachine();
    assert.equal(await isUnchanged(system, { ...manifest, ...changes }, "the same"), false);
  });
}

const EDITS: Readonly<Record<string, (system: FakeSystem) => void>> = {
  "an edited unit": (system) => system.writeFile(`/home/app/${UNIT}`, "[Service]\n", 0o644),
  "another mode": (system) => system.setMode(`/home/app/${UNIT}`, 0o600),
  "a file that is missing in the record of what stands": (system) =>
    system.removeFile(`${GENERATION}/files/${UNIT}`),
  "a record that is missing": (system) => system.removeFile(`${GENERATION}/generation.json`),
  "a missing state file": (system) => system.removeFile(STATE),
};

for (const [what, edit] of Object.entries(EDITS)) {
  Deno.test(`isUnchanged() sees ${what}`, async () => {
    const { system, manifest } = aMachine();
    edit(system);
    assert.equal(await isUnchanged(system, manifest, "the same"), false);
  });
}

for (const properties of [{ NeedDaemonReload: "yes" }, { UnitFileState: "disabled" }]) {
  Deno.test(`isUnchanged() sees what systemd says: ${JSON.stringify(properties)}`, async () => {
    const { system, manifest } = aMachine(properties);
    assert.equal(await isUnchanged(system, manifest, "the same"), false);
  });
}

Deno.test("isUnchanged() asks about ppm's own units in the same call", async () => {
  const { system, manifest } = aMachine();
  const ownUnits = [{ name: "ppm-backup.timer", start: true }, { name: "ppm-recover.service", start: false }];
  assert.equal(await isUnchanged(system, { ...manifest, ownUnits }, "the same"), true);
  assert.equal(system.invocations.length, 1);
});

for (
  const properties of [{ ActiveState: "inactive" }, { ActiveState: "failed" }, { UnitFileState: "disabled" }]
) {
  Deno.test(`isUnchanged() sees a timer of ppm's own that is ${JSON.stringify(properties)}`, async () => {
    const { system, manifest } = aMachine(properties);
    const ownUnits = [{ name: "web.service", start: true }];
    assert.equal(await isUnchanged(system, { ...manifest, units: [], ownUnits }, "the same"), false);
  });
}
