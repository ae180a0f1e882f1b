import assert from "node:assert/strict";
import { judgeUnit, type Verdict } from "../../src/apply/health.ts";
import type { UnitProperties } from "../../src/host/systemd.ts";

const APPLICATION = new Set(["web.service", "job.timer", "job.service"]);

const RUNNING: UnitProperties = {
  LoadState: "loaded",
  ActiveState: "active",
  SubState: "running",
  Job: "",
  Type: "simple",
  Result: "success",
  NRestarts: "0",
  InvocationID: "1",
  TriggeredBy: "",
};

const CASES: readonly [string, UnitProperties, Verdict][] = [
  ["takes a running service for up", {}, { kind: "up", words: "running" }],
  ["takes a listening socket for up", { SubState: "listening" }, { kind: "up", words: "listening" }],
  ["takes a service that reloads for up", { ActiveState: "reloading", SubState: "reload" }, {
    kind: "up",
    words: "reload",
  }],
  ["waits for a running service that has a job", { Job: "12" }, {
    kind: "waiting",
    words: "about to change",
  }],
  ["waits for a service that starts", { ActiveState: "activating", SubState: "start" }, {
    kind: "waiting",
    words: "starting",
  }],
  ["waits for a unit whose turn has not come", { ActiveState: "inactive", Job: "7", InvocationID: "" }, {
    kind: "waiting",
    words: "waiting for its turn",
  }],
  [
    "waits for a service that systemd restarts, and counts",
    {
      ActiveState: "activating",
      SubState: "auto-restart",
      Result: "exit-code",
      ExecMainCode: "1",
      ExecMainStatus: "3",
      NRestarts: "2",
    },
    { kind: "waiting", words: "to be restarted: exit code 3, restarted 2 times" },
  ],
  ["waits for a service that systemd is about to restart, in the words of systemd 254", {
    ActiveState: "activating",
    SubState: "auto-restart-queued",
    Result: "signal",
    ExecMainCode: "2",
    ExecMainStatus: "9",
  }, { kind: "waiting", words: "to be restarted: ended by signal 9" }],
  ["gives up on a failed service, with its exit code", {
    ActiveState: "failed",
    SubState: "failed",
    Result: "exit-code",
    ExecMainCode: "1",
    ExecMainStatus: "203",
  }, { kind: "down", words: "failed (exit code 203)" }],
  ["waits for a unit that failed while it stopped in a restart, and is to start again", {
    ActiveState: "failed",
    Result: "exit-code",
    Job: "12",
  }, { kind: "waiting", words: "waiting for its turn" }],
  ["says what a result means", { ActiveState: "failed", Result: "start-limit-hit", NRestarts: "5" }, {
    kind: "down",
    words: "failed (started too often in a row, restarted 5 times)",
  }],
  ["takes a oneshot that succeeded for done", { ActiveState: "inactive", Type: "oneshot" }, {
    kind: "idle",
    words: "done",
  }],
  ["takes a oneshot that was never run for down", {
    ActiveState: "inactive",
    Type: "oneshot",
    InvocationID: "",
  }, { kind: "down", words: "not started" }],
  ["takes a simple service that ended with success for down", {
    ActiveState: "inactive",
    ExecMainCode: "1",
    ExecMainStatus: "0",
  }, { kind: "down", words: "not running (exit code 0)" }],
  ["names a condition that is not met", {
    ActiveState: "inactive",
    InvocationID: "",
    ConditionResult: "no",
    ConditionTimestampMonotonic: "5",
  }, { kind: "down", words: "not started: its condition is not met" }],
  ["lets a service rest that a timer of the application starts", {
    ActiveState: "inactive",
    InvocationID: "",
    TriggeredBy: "job.timer",
  }, { kind: "idle", words: "waits for job.timer" }],
  ["lets a oneshot work that a timer of the application started", {
    ActiveState: "activating",
    SubState: "start",
    Type: "oneshot",
    TriggeredBy: "job.timer",
  }, { kind: "idle", words: "at work" }],
  ["waits for a service that starts although a socket could start it too", {
    ActiveState: "activating",
    SubState: "start",
    TriggeredBy: "job.timer",
  }, { kind: "waiting", words: "starting" }],
  ["waits for a service that is about to start although a socket could start it too", {
    ActiveState: "inactive",
    Job: "3",
    TriggeredBy: "job.timer",
  }, { kind: "waiting", words: "waiting for its turn" }],
  ["takes a failed service for down although a timer starts it", {
    ActiveState: "failed",
    Result: "exit-code",
    ExecMainCode: "1",
    ExecMainStatus: "1",
    TriggeredBy: "job.timer",
  }, { kind: "down", words: "failed (exit code 1)" }],
  ["does not count a timer that is not the application's", {
    ActiveState: "inactive",
    InvocationID: "",
    TriggeredBy: "other.timer",
  }, { kind: "down", words: "not started" }],
  ["says that a unit does not exist", { LoadState: "not-found", ActiveState: "inactive" }, {
    kind: "down",
    words: "does not exist",
  }],
  ["says that a unit is masked", { LoadState: "masked", ActiveState: "inactive" }, {
    kind: "down",
    words: "masked",
  }],
];

for (const [name, properties, verdict] of CASES) {
  Deno.test(`judgeUnit() ${name}`, () => {
    assert.deepEqual(judgeUnit({ ...RUNNING, ...properties }, APPLICATION), verdict);
  });
}
