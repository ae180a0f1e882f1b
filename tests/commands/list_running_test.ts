import assert from "node:assert/strict";
import { judgeApplication, lookAtRunning } from "../../src/commands/list_running.ts";
import { ProgramError } from "../../src/host/program_error.ts";
import { parseShow } from "../../src/host/systemd.ts";
import type { Application } from "../../src/neighbours/neighbour.ts";
import { type Answer, FakeSystem } from "../support/fake_system.ts";
import { shown } from "../support/manifest.ts";
import { anApplication, aPublication } from "../support/publication.ts";
import { FakeClock } from "../support/terminal.ts";

type Properties = Record<string, string>;

const WANTED = { WantedBy: "web.target" };
const DOWN = { ActiveState: "inactive", SubState: "dead" };
const FAILED = { ActiveState: "failed", Result: "exit-code", ExecMainCode: "1", ExecMainStatus: "3" };
const DONE = { ...DOWN, Type: "oneshot" };
const NEVER = { ...DOWN, InvocationID: "" };
const STARTING = { ActiveState: "activating", SubState: "auto-restart", Result: "exit-code" };

const CASES: readonly [what: string, units: Record<string, Properties>, state: string, words?: string][] = [
  ["all of it runs", { "a.service": WANTED, "b.service": WANTED }, "running"],
  ["one does its work when its timer says so", {
    "a.timer": WANTED,
    "a.service": { ...DOWN, TriggeredBy: "a.timer" },
  }, "running"],
  ["nobody wants the one that is down", { "a.service": WANTED, "b.service": NEVER }, "running"],
  ["its only unit has done its work", { "a.service": { ...DONE, ...WANTED } }, "running"],
  ["nothing runs", { "a.service": { ...DOWN, ...WANTED }, "b.service": NEVER }, "stopped"],
  ["nothing runs, and a oneshot had done its work", {
    "a.service": { ...DOWN, ...WANTED },
    "b.service": DONE,
  }, "stopped"],
  [
    "one of two is down",
    {
      "a.service": { ...DOWN, ...WANTED },
      "b.service": WANTED,
    },
    "amiss",
    "a.service: not running (ended)",
  ],
  [
    "nothing runs since it failed",
    { "a.service": { ...FAILED, ...WANTED } },
    "amiss",
    "a.service: failed (exit code 3)",
  ],
  [
    "a failure comes before what is on its way",
    {
      "a.service": STARTING,
      "b.service": FAILED,
    },
    "amiss",
    "b.service: failed (exit code 3)",
  ],
  [
    "it starts again and again",
    { "a.service": { ...STARTING, ...WANTED, NRestarts: "7" } },
    "amiss",
    "a.service: to be restarted: exit-code, restarted 7 times",
  ],
];

for (const [what, units, state, words = ""] of CASES) {
  Deno.test(`judgeApplication() says ${state} where ${what}`, () => {
    assert.deepEqual(judgeApplication(Object.keys(units), parseShow(shown(units))), { state, words });
  });
}

Deno.test("judgeApplication() takes no manager's word that leaves a unit out", () => {
  const told = parseShow(shown({ "a.service": WANTED }));
  assert.equal(judgeApplication(["a.service", "b.service"], told).state, "unknown");
  assert.equal(judgeApplication(["a.service"], parseShow("\0garbage")).state, "unknown");
});

Deno.test("judgeApplication() makes words of a lying manager harmless", () => {
  const lie = { ...FAILED, ExecMainStatus: `\x1b[2J\u202e${"x".repeat(10_000)}` };
  const { words } = judgeApplication(["a.service"], parseShow(shown({ "a.service": lie })));
  assert.ok(words.length <= 100, words);
  // deno-lint-ignore no-control-regex -- control characters are what this is about
  assert.doesNotMatch(words, /[\x00-\x1f\u202e]/);
});

function application(user: string, units: readonly string[] = ["web.service"]): Application {
  return { ...anApplication(aPublication(user)), units };
}

/** A server whose users have the uids 1001, 1002, …; `managers` says what each manager answers. */
function aServer(
  users: readonly string[],
  managers: ReadonlyMap<number, () => Answer | Promise<Answer>>,
): FakeSystem {
  const system = new FakeSystem();
  users.forEach((user, at) => system.users.set(user, 1001 + at));
  const active = Array.from(managers.keys(), (uid) => `user@${uid}.service loaded active\n`).join("");
  return system.program("systemctl", () => ({ stdout: active }))
    .program("timeout", (args) => managers.get(Number(/--machine=(\d+)@/.exec(args.join(" "))?.[1]))!());
}

const RUNS: Answer = { stdout: shown({ "web.service": WANTED }) };

Deno.test("lookAtRunning() asks only managers that run, and survives those that do not answer", async () => {
  const hangs = () => {
    throw new ProgramError({ program: "systemctl", args: [], changes: false }, {
      kind: "timeout",
      timeoutMs: 2000,
    });
  };
  const system = aServer(
    ["ann", "ben", "cyd", "dan"],
    new Map<number, () => Answer>([[1001, () => RUNS], [1002, hangs], [
      1004,
      () => ({ code: 1, stderr: "refused" }),
    ]]),
  );
  const applications = ["ann", "ben", "cyd", "dan", "gone"].map((user) => application(user));
  const running = await lookAtRunning(system, applications, new FakeClock());
  const unknown = { state: "unknown", words: "its systemd does not answer" };
  assert.deepEqual(Object.fromEntries(running), {
    ann: { state: "running", words: "" },
    ben: unknown,
    cyd: { state: "stopped", words: "" },
    dan: unknown,
    gone: { state: "stopped", words: "" },
  });
  assert.deepEqual(system.commands.filter((command) => command.includes("show")).length, 3);
});

Deno.test("lookAtRunning() knows nothing where systemd does not answer root either", async () => {
  const system = new FakeSystem().program("systemctl", () => ({ code: 1, stderr: "not booted" }));
  const running = await lookAtRunning(system, [application("ann")], new FakeClock());
  assert.deepEqual(running.get("ann"), { state: "unknown", words: "systemd does not answer" });
});

Deno.test("lookAtRunning() asks eight at once, each once, and not for longer than half a minute", async () => {
  const users = Array.from({ length: 100 }, (_, at) => `user${at}`);
  const clock = new FakeClock();
  let asked = 0;
  let atOnce = 0;
  let most = 0;
  const slow = async () => {
    asked++;
    most = Math.max(most, ++atOnce);
    await Promise.resolve();
    await clock.sleep(1000);
    atOnce--;
    return RUNS;
  };
  const system = aServer(users, new Map(users.map((_, at) => [1001 + at, slow])));
  const running = await lookAtRunning(system, users.map((user) => application(user)), clock);
  assert.equal(running.size, 100);
  assert.equal(most, 8);
  assert.ok(asked >= 31 && asked < 40, String(asked));
  assert.equal([...running.values()].filter(({ state }) => state === "running").length, asked);
  assert.deepEqual(running.get("user99"), { state: "unknown", words: "not asked: others took too long" });
});

Deno.test("lookAtRunning() asks about no template, and of nothing nobody", async () => {
  const system = aServer(["ann", "ben"], new Map([[1001, () => RUNS], [1002, () => RUNS]]));
  const units = ["web@.service", "web.service"];
  await lookAtRunning(system, [application("ann", units), application("ben", [])], new FakeClock());
  const shows = system.commands.filter((command) => command.includes(" show "));
  assert.equal(shows.length, 1);
  assert.match(shows[0]!, / -- web\.service$/);
});
