import assert from "node:assert/strict";
import { type Finding, findingsOf, type RootStep } from "../../src/doctor/finding.ts";
import { rootScript } from "../../src/doctor/root_script.ts";

const { good, wrong, unknown, note } = findingsOf("lingering");
const step = (command: string): RootStep => ({ command, reason: `why ${command}`, undo: `un-${command}` });

function commandsOf(script: string): readonly string[] {
  return script.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

Deno.test("rootScript() says of each step why, and how to undo it", () => {
  const script = rootScript([wrong("x", { rootSteps: [step("one"), step("two")] })], "app on server");
  assert.equal(
    script,
    `#!/bin/sh
# What ppm doctor asks root to do for app on server. Read it, then run it as root; running it again does no harm.

set -eu

# why one
# Undo: un-one
one

# why two
# Undo: un-two
two

echo 2 steps done: run ppm doctor again
`,
  );
});

Deno.test("rootScript() is nothing but comments where nothing is wrong", () => {
  const findings = [
    good("fine", { rootSteps: [step("never")] }),
    note("a thought", { rootSteps: [step("maybe")] }),
  ];
  const script = rootScript(findings, "app");
  assert.deepEqual(commandsOf(script), []);
  assert.match(script, /^# maybe$/m);
  assert.doesNotMatch(script, /never/);
});

Deno.test("rootScript() has each step once, also where a note needs it too", () => {
  const findings: readonly Finding[] = [
    note("a", { rootSteps: [step("one")] }),
    wrong("b", { rootSteps: [step("one")] }),
    unknown("c", { rootSteps: [step("one"), step("two")] }),
  ];
  const script = rootScript(findings, "app");
  assert.deepEqual(commandsOf(script).slice(1, -1), ["one", "two"]);
  assert.doesNotMatch(script, /^# one$/m);
});

Deno.test("rootScript() lets nothing but steps out of its comments", () => {
  const evil = "x\nrm -rf /\r\u2028reboot";
  const script = rootScript(
    [wrong("x", { rootSteps: [{ command: "true", reason: evil, undo: evil }] })],
    evil,
  );
  assert.deepEqual(commandsOf(script).slice(1, -1), ["true"]);
  assert.doesNotMatch(script, /[\r\u2028]/);
});
