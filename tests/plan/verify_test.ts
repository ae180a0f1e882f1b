import assert from "node:assert/strict";
import { InvalidError, UserError } from "../../src/errors.ts";
import { verifyUnits } from "../../src/plan/verify.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aUnit } from "../support/manifest.ts";
import { file } from "./plan_fixture.ts";

const UNIT = file(".config/systemd/user/web.service", "[Service]\nExecStrat=/bin/true\n");
const UNITS = [aUnit("web.service", { files: [UNIT.path] })];

/** A machine whose systemd-analyze ends with `code` and prints `words`, in which DIRECTORY is where the units lie. */
function aMachine(code: number, words: string): FakeSystem {
  return new FakeSystem().program("systemd-analyze", (args) => {
    const directory = args.at(-1)!.replace(/\/[^/]*$/, "");
    return { code, stderr: words.replaceAll("DIRECTORY", directory) };
  });
}

Deno.test("verifyUnits() passes what systemd has nothing to say of, and leaves no copy", async () => {
  const system = aMachine(0, "");
  const before = system.files;
  await verifyUnits(system, [UNIT], UNITS);
  assert.deepEqual(system.files, before);
});

Deno.test("verifyUnits() refuses what systemd would ignore, although its exit code is 0", async () => {
  const system = aMachine(
    0,
    "DIRECTORY/web.service:2: Unknown key 'ExecStrat' in section [Service], ignoring.\n",
  );
  const before = system.files;
  await assert.rejects(verifyUnits(system, [UNIT], UNITS), (error) => {
    assert.ok(error instanceof InvalidError);
    assert.match(error.message, /web\.service:2:1: Unknown key 'ExecStrat'/);
    return true;
  });
  assert.deepEqual(system.files, before);
});

Deno.test("verifyUnits() does not take a check that failed for one that passed", async () => {
  await assert.rejects(verifyUnits(aMachine(1, "Out of memory\n"), [UNIT], UNITS), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.message, "Cannot verify the units: systemd-analyze says: Out of memory");
    return true;
  });
});

Deno.test("verifyUnits() refuses Quadlet files where podman is too old for them", async () => {
  const quadlet = file(".config/containers/systemd/web.container", "[Container]\n");
  await assert.rejects(verifyUnits(aMachine(0, ""), [quadlet], []), /this machine's podman has no Quadlet/);
});
