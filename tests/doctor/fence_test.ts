import assert from "node:assert/strict";
import { examineFence } from "../../src/doctor/fence.ts";
import { FENCE_FILE } from "../../src/layout.ts";
import { FakeSystem } from "../support/fake_system.ts";

const PATH = `/home/app/${FENCE_FILE}`;

function fenced(purpose: string): FakeSystem {
  const fence = { version: 1, purpose, time: "2026-01-02T03:04:05Z", snapshot: null, data: false };
  return new FakeSystem({ files: { [PATH]: JSON.stringify(fence) } });
}

Deno.test("examineFence() says nothing of an application that is not fenced", () => {
  assert.deepEqual(examineFence(new FakeSystem()), { fence: undefined, findings: [] });
});

Deno.test("examineFence() notes what the application is fenced for, and how to go on", () => {
  for (
    const [purpose, what, mend] of [
      ["move", /is fenced since 2026-01-02T03:04:05Z, to move to another server$/, "ppm start --unfence"],
      ["remove", /is being removed since 2026-01-02T03:04:05Z$/, "ppm remove"],
    ] as const
  ) {
    const { fence, findings: [finding, ...others] } = examineFence(fenced(purpose));
    assert.equal(typeof fence === "object" && fence.purpose, purpose);
    assert.equal(finding?.state, "note");
    assert.match(finding.what, what);
    assert.deepEqual(finding.mend, [mend]);
    assert.deepEqual(others, []);
  }
});

Deno.test("examineFence() finds fault with a fence that cannot be understood, which keeps the application down", () => {
  const { fence, findings: [finding] } = examineFence(fenced("decoration"));
  assert.equal(fence, "unclear");
  assert.equal(finding?.state, "wrong");
  assert.match(finding.what, /^Cannot understand /);
  assert.match(finding.advice, /rm .*fence\.json && ppm start/);
});
