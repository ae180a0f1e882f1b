/** What `ppm start`, `restart` and `status` make of a healthcheck and of containers, on a machine in memory. */
import assert from "node:assert/strict";
import type { Healthcheck, Probe } from "../../src/definition/healthcheck.ts";
import type { Answer } from "../../src/host/system.ts";
import type { ManifestUnit } from "../../src/plan/manifest.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest, aUnit, shown } from "../support/manifest.ts";
import { runPpm } from "../support/run_ppm.ts";

const HTTP: Probe = { kind: "http", host: "127.0.0.1", port: 80, path: "/", status: 200, text: null };
const WELL = { well: true, words: "answers with 200" };
const BAD = { well: false, words: "answers with 503, not 200" };
const TIMES = { intervalMs: 2000, timeoutMs: 5000, startPeriodMs: 10_000, retries: 3 };

interface Scene {
  readonly check?: Partial<Healthcheck> | null;
  readonly units?: readonly ManifestUnit[];
  /** What the server answers, one question after another; the last one stays. */
  readonly answers?: readonly Answer[];
  /** What systemd says of units that do not run as they should. */
  readonly shown?: Record<string, Record<string, string>>;
}

function aMachine({ check = {}, units, answers = [WELL], shown: properties = {} }: Scene): FakeSystem {
  const manifest = aManifest({
    healthcheck: check === null ? null : { probe: HTTP, ...TIMES, ...check },
    ...(units === undefined ? {} : { units }),
  });
  const system = new FakeSystem({ files: { "/home/app/.ppm/manifest.json": JSON.stringify(manifest) } });
  const remaining = [...answers];
  system.server = () => (remaining.length > 1 ? remaining.shift() : remaining[0]) ?? WELL;
  system.program("systemctl", (args) => {
    if (!args.includes("show")) return {};
    const names = args.slice(args.indexOf("--") + 1);
    return { stdout: shown(Object.fromEntries(names.map((name) => [name, properties[name] ?? {}]))) };
  });
  return system.program("journalctl", (args) => ({
    stdout: `${args.find((arg) => arg.startsWith("_SYSTEMD"))?.split("=")[1]} speaks\n`,
  }));
}

Deno.test("ppm start asks the healthcheck until it is content, and on through the settling time", async () => {
  const system = aMachine({ answers: [BAD, BAD, WELL] });
  const { code, stderr } = await runPpm("start", { system });
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /^Waiting for healthcheck \(http:\/\/127\.0\.0\.1:80\/ answers with 503, not 200\)\nEverything is up; watching whether it stays so\nweb: up\n$/,
  );
  // At 0, 1.5 s and 3 s; content from then on for 3 s: at 4.5 s, and the last time at 6 s.
  assert.equal(system.questions.length, 5);
});

Deno.test("ppm start fails when the healthcheck has failed as often as it may, and shows the journals", async () => {
  const system = aMachine({ answers: [BAD] });
  const { code, stderr } = await runPpm("start -q", { system });
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `error: Cannot start "web": not up: healthcheck
healthcheck: http://127.0.0.1:80/ answers with 503, not 200
  web.service said last:
    web.service speaks
  db.service said last:
    db.service speaks
hint: More of it: ppm logs
`,
  );
  // Every 1.5 s: 7 questions within the start period of 10 s, and 3 after it.
  assert.equal(system.questions.length, 10);
});

Deno.test("ppm start begins to settle again when the healthcheck fails in between", async () => {
  const system = aMachine({ answers: [WELL, BAD, WELL] });
  assert.equal((await runPpm("start", { system })).code, 0);
  // Content at 0, not at 1.5 s, content from 3 s on: twice the settling time from there.
  assert.equal(system.questions.length, 7);
});

Deno.test("ppm start waits for the whole start period and a minute, or as long as it is told", async () => {
  const slow = { startPeriodMs: 600_000 };
  const late = [...Array.from({ length: 380 }, () => BAD), WELL]; // content after 570 s
  assert.equal((await runPpm("start", { system: aMachine({ check: slow, answers: late }) })).code, 0);
  const { code, stderr } = await runPpm("start --timeout 30s", {
    system: aMachine({ check: slow, answers: late }),
  });
  assert.equal(code, 1);
  assert.match(stderr, /not up within the time limit: healthcheck\n/);
});

Deno.test("ppm start asks nothing while a unit is not up, and nothing of a unit alone", async () => {
  const failed = { ActiveState: "failed", SubState: "failed", Result: "exit-code" };
  const system = aMachine({ shown: { "web.service": failed } });
  assert.equal((await runPpm("start", { system })).code, 1);
  assert.deepEqual(system.questions, []);
  const alone = aMachine({});
  assert.equal((await runPpm("start web", { system: alone })).code, 0);
  assert.deepEqual(alone.questions, []);
});

const CHECK_UNIT = [aUnit("web.service"), aUnit("check.service", { enabled: false })];

Deno.test("ppm start starts the unit that is the healthcheck, whatever limit there is on starts", async () => {
  const system = aMachine({ check: { probe: { kind: "unit", unit: "check.service" } }, units: CHECK_UNIT });
  assert.equal((await runPpm("start", { system })).code, 0);
  const asked = system.commands.filter((line) => line.endsWith(" check.service") && !line.includes(" show "));
  assert.deepEqual(asked.slice(0, 2), [
    "systemctl --user reset-failed -- check.service",
    "systemctl --user start -- check.service",
  ]);
  assert.equal(asked.length, 6); // at 0, 1.5 s and 3 s
});

Deno.test("ppm start says how the unit that is the healthcheck has failed", async () => {
  const system = aMachine({
    check: { probe: { kind: "unit", unit: "check.service" }, startPeriodMs: 0, retries: 1 },
    units: CHECK_UNIT,
    shown: {
      "check.service": {
        ActiveState: "failed",
        Type: "oneshot",
        Result: "exit-code",
        ExecMainCode: "1",
        ExecMainStatus: "7",
      },
    },
  });
  const show = system.run.bind(system);
  system.run = (invocation, watch) => {
    if (invocation.args.join(" ") !== "--user start -- check.service") return show(invocation, watch);
    return new FakeSystem().program("systemctl", () => ({ code: 1, stderr: "failed" })).run(invocation);
  };
  const { code, stderr } = await runPpm("start -q", { system });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /healthcheck: check\.service failed \(exit code 7\)\n {2}check\.service said last:\n {4}check\.service speaks\nhint: .*ppm logs check\.service\n$/,
  );
});

const CONTAINERS = [aUnit("web.service", { containers: true })];

/** A machine with a container of web.service, in one state of health after another. */
function withContainer(...health: readonly string[]): FakeSystem {
  const remaining = [...health];
  return aMachine({ check: null, units: CONTAINERS }).program("podman", (args) => {
    if (args.includes("inspect")) {
      return {
        stdout: JSON.stringify({ Log: [{ Output: "old" }, { Output: "wget:\n \x1b[1mno route\n" }] }),
      };
    }
    const status = remaining.length > 1 ? remaining.shift() : remaining[0];
    if (status === "broken") return { code: 125, stderr: "Error: cannot open the database\n" };
    return {
      stdout: JSON.stringify([{
        Names: ["web"],
        State: "running",
        Status: `Up 1 second (${status})`,
        Labels: { PODMAN_SYSTEMD_UNIT: "web.service" },
      }]),
    };
  });
}

Deno.test("ppm start waits for a container that is starting, and asks podman once a second", async () => {
  const system = withContainer("starting", "starting", "healthy");
  const { code, stderr } = await runPpm("start", { system });
  assert.equal(code, 0);
  assert.match(stderr, /^Waiting for container web \(starting\)\nEverything is up/);
  assert.equal(system.commands.filter((line) => line.startsWith("podman ps")).length, 6);
});

Deno.test("ppm start fails with an unhealthy container, and shows the journal of its unit", async () => {
  const { code, stderr } = await runPpm("start -q", { system: withContainer("healthy", "unhealthy") });
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `error: Cannot start "web": not up: container web
container web: unhealthy: no route
  web.service said last:
    web.service speaks
hint: More of it: ppm logs web.service
`,
  );
});

Deno.test("ppm start says once that podman does not answer, and judges without it", async () => {
  const { code, stderr } = await runPpm("start -q", { system: withContainer("broken") });
  assert.equal(code, 0);
  assert.equal(
    stderr,
    "warning: Nothing is known of the health of the containers: podman failed (exit code 125): Error: cannot open the database\n",
  );
});

Deno.test("ppm start does not ask podman where no unit runs containers", async () => {
  const system = aMachine({ check: null });
  assert.equal((await runPpm("start", { system })).code, 0);
  assert.ok(!system.commands.some((line) => line.startsWith("podman")));
});

Deno.test("ppm status asks the healthcheck once, shows it, and counts it", async () => {
  const good = aMachine({});
  const { code, stdout } = await runPpm("status", { system: good });
  assert.equal(code, 0);
  assert.match(stdout, /\n {2}health {6}http:\/\/127\.0\.0\.1:80\/ answers with 200\n/);
  assert.equal(good.questions.length, 1);
  const bad = await runPpm("status", { system: aMachine({ answers: [BAD] }) });
  assert.equal(bad.code, 3);
  assert.match(
    bad.stdout,
    /\n {2}state {7}not well: healthcheck\n {2}health {6}\S+ answers with 503, not 200\n/,
  );
  const json = JSON.parse((await runPpm("status --json", { system: aMachine({ answers: [BAD] }) })).stdout);
  assert.deepEqual([json.well, json.healthcheck], [
    false,
    { asked: "http://127.0.0.1:80/", well: false, words: "answers with 503, not 200" },
  ]);
});

Deno.test("ppm status waits no longer than 5 s for the healthcheck", async () => {
  const limits: number[] = [];
  const system = aMachine({ check: { timeoutMs: 60_000 } });
  system.server = (_question, timeoutMs) => {
    limits.push(timeoutMs);
    return WELL;
  };
  await runPpm("status", { system });
  assert.deepEqual(limits, [5000]);
});

Deno.test("ppm status does not ask an application that does not run", async () => {
  const stopped = { ActiveState: "inactive", SubState: "dead" };
  const system = aMachine({
    shown: { "web.target": stopped, "web.service": stopped, "db.service": stopped },
  });
  const { code, stdout } = await runPpm("status", { system });
  assert.equal(code, 3);
  assert.match(stdout, /\n {2}state {7}stopped\n {2}health {6}http:\/\/127\.0\.0\.1:80\/ was not asked\n/);
  assert.deepEqual(system.questions, []);
});

Deno.test("ppm status only looks at the unit that is the healthcheck", async () => {
  const check = { probe: { kind: "unit", unit: "check.service" } } as const;
  const done = { ActiveState: "inactive", SubState: "dead", Type: "oneshot", InvocationID: "" };
  const good = aMachine({ check, units: CHECK_UNIT, shown: { "check.service": done } });
  const { code, stdout } = await runPpm("status", { system: good });
  assert.equal(code, 0, stdout);
  assert.match(stdout, /\n {2}health {6}check\.service has not failed\n/);
  assert.ok(!good.commands.some((line) => / (?:start|reset-failed) /.test(line)));
  const failed = { ActiveState: "failed", Result: "exit-code", ExecMainCode: "1", ExecMainStatus: "7" };
  const bad = await runPpm("status", {
    system: aMachine({ check, units: CHECK_UNIT, shown: { "check.service": failed } }),
  });
  assert.equal(bad.code, 3);
  assert.match(
    bad.stdout,
    /not well: check\.service, healthcheck\n {2}health {6}check\.service failed \(exit code 7\)\n/,
  );
});

Deno.test("ppm status counts an unhealthy container, and no other state of health", async () => {
  const { code, stdout } = await runPpm("status", { system: withContainer("unhealthy") });
  assert.equal(code, 3);
  assert.match(stdout, /not well: container web\n/);
  assert.equal((await runPpm("status", { system: withContainer("starting") })).code, 0);
});
