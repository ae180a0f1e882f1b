import assert from "node:assert/strict";
import { apply } from "../../src/apply/apply.ts";
import type { ManifestInput } from "../../src/apply/make_manifest.ts";
import type { Action } from "../../src/plan/actions.ts";
import { makePlan } from "../../src/plan/plan.ts";
import { readManifest } from "../../src/plan/read_manifest.ts";
import { file, manifestOf, planInput } from "../plan/plan_fixture.ts";
import { FakeSystem } from "../support/fake_system.ts";

const UNIT = file(".config/systemd/user/web.service", "[Service]\n");

/** A machine after the lock was taken, on which systemctl does whatever it is asked. */
function aMachine(): FakeSystem {
  const system = new FakeSystem().program("systemctl", () => ({}));
  system.makeDirectory("/home/app/.ppm", 0o700);
  system.addFile("/var/lib/ppm/state/app/old", "");
  return system;
}

function anInput(changes: Partial<ManifestInput> = {}): ManifestInput {
  const input = planInput({ files: [UNIT] });
  const { config } = manifestOf([]);
  return {
    ...input,
    plan: makePlan(input),
    neighbours: null,
    config,
    previous: undefined,
    nowMs: 5000,
    ...changes,
  };
}

Deno.test("apply() does everything in order, and leaves a manifest that says what stands", async () => {
  const system = aMachine();
  const kinds: string[] = [];
  await apply(system, anInput(), (action) => void kinds.push(action.kind));
  assert.deepEqual(kinds.slice(-5), [
    "write-file",
    "reload-manager",
    "enable-units",
    "publish-state",
    "record-generation",
  ]);
  const manifest = readManifest(system);
  assert.deepEqual([manifest?.generation, manifest?.pending], [1, null]);
  assert.deepEqual(Object.keys(manifest?.files ?? {}), [UNIT.path]);
  assert.equal(system.files[`/home/app/.ppm/generations/1/files/${UNIT.path}`], "[Service]\n");
});

Deno.test("apply() refuses a plan that breaks a rule before it touches anything", async () => {
  const system = aMachine();
  const before = system.files;
  const away: Action = {
    kind: "remove-file",
    path: "../other",
    previous: new Uint8Array(),
    private: false,
    why: "",
  };
  const plan = { actions: [away], restart: [], running: false };
  await assert.rejects(apply(system, anInput({ plan }), () => {}), /unsound.*not below the home directory/);
  assert.deepEqual(system.files, before);
});

Deno.test("apply() notes what it is about to write before it writes, for a run after a kill", async () => {
  const system = aMachine();
  const killed = apply(system, anInput(), (action) => {
    if (action.kind === "reload-manager") throw new Error("killed");
  });
  await assert.rejects(killed, /killed/);
  const manifest = readManifest(system);
  assert.deepEqual({ ...manifest?.pending }, { [UNIT.path]: [UNIT.sha256] });
  assert.deepEqual(manifest?.directories, [".config", ".config/systemd", ".config/systemd/user"]);
});

Deno.test("apply() removes what a killed run had written by half", async () => {
  const system = aMachine();
  const half = "/home/app/.config/systemd/user/.web.service.ppm-new";
  system.addFile(half, "[Serv");
  const previous = { ...manifestOf([]), pending: { [UNIT.path]: [UNIT.sha256] } };
  await apply(system, anInput({ previous }), () => {});
  assert.equal(system.lstat(half), undefined);
});

Deno.test("apply() touches the directory of the state file where neighbours see a difference, once it is written", async () => {
  for (const tells of [true, false]) {
    const system = aMachine();
    const { path, content } = planInput({ files: [] }).desired.state;
    const publish: Action = { kind: "publish-state", path, content, previous: undefined, tells, why: "" };
    const record: Action = { kind: "record-generation", number: 1, isNew: true, why: "" };
    let written: boolean | undefined;
    const touch = system.touch.bind(system);
    system.touch = (touched) => {
      written = system.files[path] !== undefined;
      touch(touched);
    };
    await apply(
      system,
      anInput({ plan: { actions: [publish, record], restart: [], running: false } }),
      () => {},
    );
    assert.deepEqual(system.touched, tells ? ["/var/lib/ppm/state/app"] : []);
    assert.equal(written, tells ? true : undefined);
  }
});
