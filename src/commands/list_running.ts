/** Whether the applications of a server run: what root hears from the systemd manager of each user, of whom none is trusted. */
import { HEALTH_PROPERTIES, judgeUnit, type Verdict } from "../apply/health.ts";
import { UserError } from "../errors.ts";
import type { Clock } from "../host/clock.ts";
import type { ReadSystem } from "../host/system.ts";
import { parseShow, type UnitProperties } from "../host/systemd.ts";
import { listUserManagers, parseUserManagers, systemctlShowOf } from "../host/user_managers.ts";
import type { Application } from "../neighbours/neighbour.ts";
import { isConcrete } from "../plan/units.ts";
import { oneLine } from "../ui/text.ts";

/** How an application is, as far as its units tell. */
export interface Running {
  /** `amiss`: some of it runs or tries to, and something is not as it should be. `unknown`: its manager did not tell. */
  readonly state: "running" | "stopped" | "amiss" | "unknown";
  /** Why, in words that are safe to print; empty where there is nothing to add. */
  readonly words: string;
}

/** So many managers are asked at once. */
const AT_ONCE = 8;

/** After this long no further manager is asked: whoever waits for a list is not held up by a thousand users who do not answer. */
const PATIENCE_MS = 30_000;

/** Whether something else wants a unit tells a service that should run from one that runs when it is needed. */
const PROPERTIES = [...HEALTH_PROPERTIES, "WantedBy"];

/** Asks the managers of all users that run; returns how each application is, by user. For root. */
export async function lookAtRunning(
  system: ReadSystem,
  applications: readonly Application[],
  clock: Clock,
): Promise<ReadonlyMap<string, Running>> {
  const began = clock.elapsed();
  const [uids, managers] = await Promise.all([
    system.userIds(applications.map(({ user }) => user)),
    runningManagers(system),
  ]);
  const answers = new Map<string, Running>();
  const waiting = applications.values();
  const askOneByOne = async () => {
    for (const application of waiting) { // one iterator for all who ask: each takes the next
      answers.set(application.user, await look(application));
    }
  };
  const look = (application: Application) => {
    if (managers === undefined) return unknown("systemd does not answer");
    const uid = uids.get(application.user);
    if (uid === undefined || !managers.has(uid)) return STOPPED;
    if (clock.elapsed() - began > PATIENCE_MS) return unknown("not asked: others took too long");
    return ask(system, uid, application.units.filter(isConcrete));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOneByOne));
  return answers;
}

const STOPPED: Running = { state: "stopped", words: "" };

function unknown(words: string): Running {
  return { state: "unknown", words };
}

async function runningManagers(system: ReadSystem): Promise<ReadonlySet<number> | undefined> {
  try {
    return parseUserManagers((await system.run(listUserManagers())).stdout);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function ask(system: ReadSystem, uid: number, units: readonly string[]): Promise<Running> {
  if (units.length === 0) return STOPPED;
  try {
    const { stdout } = await system.run(systemctlShowOf(uid, units, PROPERTIES));
    return judgeApplication(units, parseShow(stdout));
  } catch (error) {
    if (error instanceof UserError) return unknown("its systemd does not answer");
    throw error;
  }
}

/** Judges an application by what systemd says of `units`. Pure. */
export function judgeApplication(
  units: readonly string[],
  shown: ReadonlyMap<string, UnitProperties>,
): Running {
  const names = new Set(units);
  const judged = units.flatMap((unit) => {
    const properties = shown.get(unit);
    return properties === undefined ? [] : [{ unit, properties, verdict: judgeUnit(properties, names) }];
  });
  if (judged.length < units.length) return unknown("its systemd does not name every unit");
  const amiss = judged.find(({ properties }) => properties.ActiveState === "failed") ??
    judged.find(({ verdict }) => verdict.kind === "waiting");
  const missing = judged.find(({ properties, verdict }) => verdict.kind === "down" && !!properties.WantedBy);
  const works = judged.some(({ verdict }) => isAtWork(verdict));
  const culprit = amiss ?? (works ? missing : undefined);
  if (culprit !== undefined) {
    return { state: "amiss", words: oneLine(`${culprit.unit}: ${culprit.verdict.words}`, 100) };
  }
  const done = missing === undefined && judged.some(({ verdict }) => verdict.kind === "idle");
  return works || done ? { state: "running", words: "" } : STOPPED;
}

function isAtWork({ kind, words }: Verdict): boolean {
  return kind === "up" || (kind === "idle" && words === "at work");
}
