/**
 * Whether units are up, judged from what systemd says of them. Pure.
 *
 * `systemctl start` of a target returns 0 when a unit that it wants has failed, so each unit is looked at.
 */
import { hasJob, type UnitProperties } from "../host/systemd.ts";

/** What {@linkcode judgeUnit} needs to know of a unit. */
export const HEALTH_PROPERTIES = [
  "LoadState",
  "ActiveState",
  "SubState",
  "Job",
  "Type",
  "Result",
  "ExecMainCode",
  "ExecMainStatus",
  "NRestarts",
  "InvocationID",
  "TriggeredBy",
  "ConditionResult",
  "ConditionTimestampMonotonic",
];

/**
 * How a unit is:
 * - `up`: as it should be, and running;
 * - `idle`: as it should be, and not running: a oneshot that has done its work, a service that waits for its timer;
 * - `waiting`: on its way, without having failed for good;
 * - `down`: not as it should be, and nothing will change that by itself.
 */
export interface Verdict {
  readonly kind: "up" | "idle" | "waiting" | "down";
  /** In words, for people: `running`, `failed (exit code 3)`. */
  readonly words: string;
}

/** How a unit is that systemd has a job for, and does not work on yet. */
export const IN_QUEUE = "waiting for its turn";

/**
 * Judges one unit that an application wants. `application` holds the names of all its units: what starts a service of its
 * timers, sockets and paths is among them.
 */
export function judgeUnit(properties: UnitProperties, application: ReadonlySet<string>): Verdict {
  const { LoadState, ActiveState, SubState } = properties;
  if (LoadState !== "loaded" && ActiveState !== "active") return notLoaded(LoadState ?? "");
  const restarts = Number(properties.NRestarts ?? 0);
  const queued = hasJob(properties);
  // In a restart a unit may fail while it stops; it is to start all the same.
  if (ActiveState === "failed" && !queued) {
    return { kind: "down", words: `failed (${lastEnd(properties)}${restarted(restarts)})` };
  }
  if (SubState?.startsWith("auto-restart")) {
    return { kind: "waiting", words: `to be restarted: ${lastEnd(properties)}${restarted(restarts)}` };
  }
  if (ActiveState === "active" || ActiveState === "reloading" || ActiveState === "refreshing") {
    return queued
      ? { kind: "waiting", words: "about to change" }
      : { kind: "up", words: SubState ?? "active" };
  }
  const triggered = isTriggered(properties, application);
  if (triggered && ActiveState === "activating" && properties.Type === "oneshot") {
    return { kind: "idle", words: "at work" };
  }
  if (ActiveState !== "inactive" && ActiveState !== "failed") {
    return { kind: "waiting", words: IN_TRANSIT[ActiveState ?? ""] ?? "changing" };
  }
  if (queued) return { kind: "waiting", words: IN_QUEUE };
  if (triggered) return { kind: "idle", words: `waits for ${properties.TriggeredBy}` };
  return judgeInactive(properties);
}

/** Whether a timer, socket or path of the application starts the unit when there is something to do. */
function isTriggered({ TriggeredBy }: UnitProperties, application: ReadonlySet<string>): boolean {
  return TriggeredBy?.split(" ").some((unit) => application.has(unit)) ?? false;
}

/** A unit that neither runs nor is about to: a few may. */
function judgeInactive(properties: UnitProperties): Verdict {
  const { Type, Result, InvocationID, ConditionResult, ConditionTimestampMonotonic } = properties;
  if (Type === "oneshot" && Result === "success" && InvocationID) return { kind: "idle", words: "done" };
  const conditionFailed = ConditionResult === "no" && Number(ConditionTimestampMonotonic ?? 0) > 0;
  if (conditionFailed) return { kind: "down", words: "not started: its condition is not met" };
  if (!InvocationID) return { kind: "down", words: "not started" };
  // A timer, socket or path has no end of its own to tell of.
  const words = Type === undefined ? "not running" : `not running (${lastEnd(properties)})`;
  return { kind: "down", words };
}

const IN_TRANSIT: Readonly<Record<string, string>> = {
  activating: "starting",
  deactivating: "stopping",
  maintenance: "in maintenance",
};

function notLoaded(loadState: string): Verdict {
  const words: Readonly<Record<string, string>> = {
    "not-found": "does not exist",
    masked: "masked",
    "bad-setting": "has a setting that systemd refuses",
    error: "could not be loaded",
  };
  return { kind: "down", words: words[loadState] ?? `not loaded (${loadState})` };
}

function restarted(count: number): string {
  if (count === 0) return "";
  return `, restarted ${count === 1 ? "1 time" : `${count} times`}`;
}

/** What `Result=` means, systemd.exec(5) under `$SERVICE_RESULT`. */
const RESULTS: Readonly<Record<string, string>> = {
  timeout: "time limit reached",
  watchdog: "watchdog not served",
  "start-limit-hit": "started too often in a row",
  resources: "a resource was missing",
  "oom-kill": "out of memory",
  protocol: "it did not say that it is ready",
  "unit-start-limit-hit": "its service was started too often in a row",
  "trigger-limit-hit": "triggered too often in a row",
};

function lastEnd({ Result = "", ExecMainCode, ExecMainStatus }: UnitProperties): string {
  const known = RESULTS[Result];
  if (known !== undefined) return known;
  // The codes of waitid(2): 1 exited, 2 killed, 3 dumped core.
  if (ExecMainCode === "2" || ExecMainCode === "3") return `ended by signal ${ExecMainStatus}`;
  if (ExecMainCode === "1") return `exit code ${ExecMainStatus}`;
  return Result === "" || Result === "success" ? "ended" : Result;
}
