import assert from "node:assert/strict";
import { Problems } from "../../src/config/problems.ts";
import type { Probe } from "../../src/definition/healthcheck.ts";
import { checkHealthcheck } from "../../src/plan/check_healthcheck.ts";
import { unitSource } from "../../src/plan/units.ts";
import { file } from "./plan_fixture.ts";

const ONESHOT = "[Service]\nType=oneshot\nExecStart=/bin/true\n";
const UNIT: Probe = { kind: "unit", unit: "check.service" };

/** Returns what is wrong with `probe` beside `texts`, by name of the unit file. */
function problemsOf(probe: Probe, texts: Record<string, string>, enableunits: readonly string[] = []) {
  const sources = Object.entries(texts).flatMap(([name, text]) => {
    const rendered = file(`.config/systemd/user/${name}`, text);
    const source = unitSource(rendered.path, () => text);
    return source === undefined ? [] : [{ file: rendered, ...source }];
  });
  const healthcheck = { probe, intervalMs: 1, timeoutMs: 1, startPeriodMs: 1, retries: 1 };
  const app = { name: "", description: "", version: "", mainunit: "web", plugins: {}, state: {} };
  const problems = new Problems();
  checkHealthcheck(
    { app: { ...app, enableunits, healthcheck }, files: [], secrets: [{ name: "pw", value: "s3cret!!" }] },
    sources,
    { problems, locate: (path) => ({ line: path.length, column: 1 }) },
  );
  try {
    problems.throwIfAny();
    return [];
  } catch (error) {
    return String(error instanceof Error ? error.message : error).split("\n");
  }
}

Deno.test("checkHealthcheck() is content with a oneshot of the definition", () => {
  assert.deepEqual(problemsOf(UNIT, { "check.service": ONESHOT }), []);
  assert.deepEqual(problemsOf({ ...UNIT, unit: "check@a.service" }, { "check@.service": ONESHOT }), []);
  assert.deepEqual(
    problemsOf(UNIT, {
      "check.service": "[Service]\n",
      "check.service.d/a.conf": "[Service]\nType=oneshot\n",
    }),
    [],
  );
});

Deno.test("checkHealthcheck() refuses a unit that nothing makes", () => {
  assert.deepEqual(problemsOf(UNIT, { "web.service": ONESHOT }), [
    "appinfo.yml:2:1: healthcheck.unit names check.service, but no file under templates/ makes that unit",
  ]);
});

Deno.test("checkHealthcheck() refuses a unit that goes with the application, lasts, or is asked only once", () => {
  const [enabled, lasting, once, ...more] = problemsOf(
    UNIT,
    { "check.service": "[Service]\nRemainAfterExit=yes\nExecStart=/bin/true\n" },
    ["check.service"],
  );
  assert.match(
    enabled ?? "",
    /^appinfo\.yml:2:1: healthcheck\.unit names check\.service, which stands in enableunits/,
  );
  assert.match(lasting ?? "", /check\.service:2:1: .*must have the line Type=oneshot$/);
  assert.match(once ?? "", /check\.service:2:1: .*must not have RemainAfterExit=/);
  assert.deepEqual(more, []);
});

Deno.test("checkHealthcheck() refuses a condition, since systemd calls it success where it is not met", () => {
  const [problem, ...more] = problemsOf(UNIT, {
    "check.service": `[Unit]\nConditionPathExists=/x\n\n${ONESHOT}`,
  });
  assert.match(
    problem ?? "",
    /check\.service:2:1: .*must not have ConditionPathExists=.*\. AssertPathExists= fails$/,
  );
  assert.deepEqual(more, []);
});

Deno.test("checkHealthcheck() refuses a secret in what is asked", () => {
  const http = {
    kind: "http",
    host: "::1",
    port: 80,
    path: "/?t=s3cret!!",
    status: 200,
    text: "a s3cret!!",
  } as const;
  assert.deepEqual(problemsOf(http, {}), [
    "appinfo.yml:3:1: healthcheck.http.path would show the secret pw in messages",
    "appinfo.yml:3:1: healthcheck.http.text would show the secret pw in messages",
  ]);
  assert.deepEqual(problemsOf({ ...http, path: "/", text: null }, {}), []);
});
