/** systemd's user manager: invocations as values, and the reading of what they print. */
import { UserError } from "../errors.ts";
import { ProgramError } from "./program_error.ts";
import type { Invocation, ReadSystem } from "./system.ts";
import { parseTime } from "./systemd_time.ts";

/** What `systemctl show` said of one unit: property → value, as printed. */
export type UnitProperties = Readonly<Record<string, string>>;

/** Returns the invocation of `systemctl --user VERB…`. Starting and stopping can take as long as the units' own limits. */
export function systemctl(
  verb: "start" | "stop" | "restart" | "reload" | "enable" | "disable" | "daemon-reload" | "reset-failed",
  units: readonly string[],
  options: { readonly timeoutMs?: number; readonly noBlock?: boolean } = {},
): Invocation {
  const flags = options.noBlock ? ["--no-block"] : [];
  return {
    program: "systemctl",
    args: ["--user", ...flags, verb, ...(units.length > 0 ? ["--", ...units] : [])],
    changes: true,
    timeoutMs: options.timeoutMs ?? 300_000,
  };
}

/**
 * Returns the invocation that asks for `properties` of `units`; read its output with {@linkcode parseShow}, and times in it
 * with `parseTime` of `systemd_time.ts`.
 */
export function systemctlShow(units: readonly string[], properties: readonly string[]): Invocation {
  return {
    program: "systemctl",
    args: [
      "--user",
      "show",
      "--timestamp=us+utc",
      `--property=${["Id", ...properties].join(",")}`,
      "--",
      ...units,
    ],
    changes: false,
    environment: { TZ: "UTC" }, // some timestamps do not heed --timestamp
  };
}

/** Reads `systemctl show`: one entry per unit, in the order asked, keyed by the property Id. Values may span no lines. */
export function parseShow(stdout: string): ReadonlyMap<string, UnitProperties> {
  const units = new Map<string, UnitProperties>();
  for (const block of stdout.split("\n\n")) {
    const properties: Record<string, string> = {};
    for (const line of block.split("\n")) {
      const at = line.indexOf("=");
      if (at > 0) properties[line.slice(0, at)] = line.slice(at + 1);
    }
    if (properties.Id !== undefined) units.set(properties.Id, properties);
  }
  return units;
}

/** How often a calendar is followed: a week of every five minutes. It takes systemd 20 ms. */
const ITERATIONS = 2100;

/** Returns the invocation that asks when a calendar expression elapses; it ends with 1 for what is none. Read its output with {@linkcode parseElapses}. */
export function systemdCalendar(expression: string): Invocation {
  return {
    program: "systemd-analyze",
    args: ["calendar", `--iterations=${ITERATIONS}`, "--", expression],
    changes: false,
    environment: { TZ: "UTC" },
    accept: [0, 1],
  };
}

/**
 * Reads `systemd-analyze calendar`: the next points in time, milliseconds since the epoch; none for `never`. They are called
 * `Next elapse`, and from then on `Iter. #2` (systemd 252) or `Iteration #2` (257).
 */
export function parseElapses(stdout: string): readonly number[] {
  return stdout.split("\n").flatMap((line) => {
    const time = /^\s*(?:Next elapse|Iter(?:\.|ation) #\d+): (.*)$/.exec(line)?.[1];
    return parseTime(time) ?? [];
  });
}

/** Whether systemd is about to start or stop the unit, or at it; asks for the property Job. */
export function hasJob({ Job = "" }: UnitProperties): boolean {
  return Job !== "" && Job !== "0";
}

/**
 * Throws unless this user's manager can be reached. It listens at `/run/user/UID/systemd/private`, whatever the environment
 * says, so that `su - app`, cron and timers all work.
 */
export function requireManager(system: ReadSystem): void {
  const { runtimedirectory } = system.user;
  if (system.lstat(`${runtimedirectory}/systemd/private`) !== undefined) return;
  throw unreachable(system, `nothing listens in ${runtimedirectory}/systemd`);
}

/**
 * Runs a `systemctl` invocation and returns what it printed. A manager that has gone leaves its socket behind for a while; that nobody
 * answers there is told as {@linkcode requireManager} does. (The words stand for one code, 1, in systemd 252 to 257, under LC_ALL=C.)
 */
export async function runSystemctl(system: ReadSystem, invocation: Invocation): Promise<string> {
  try {
    return (await system.run(invocation)).stdout;
  } catch (error) {
    if (!(error instanceof ProgramError) || !/^Failed to connect to .*bus/m.test(error.stderr)) throw error;
    throw unreachable(system, "it has ended", error);
  }
}

/** One that is to run without anybody logged in has died: systemd does not start it again before the next boot. */
function unreachable(system: ReadSystem, why: string, cause?: unknown): UserError {
  const { name, uid } = system.user;
  const way = lingers(system) ? `systemctl restart user@${uid}.service` : `loginctl enable-linger ${name}`;
  return new UserError(`Cannot reach the systemd user manager of ${name}: ${why}`, {
    hint: `As root: ${way}`,
    cause,
  });
}

/**
 * Whether this user's manager runs without anybody logged in: from boot on, and after the last session has ended. logind keeps a file
 * for each such user.
 */
export function lingers(system: ReadSystem): boolean {
  return system.lstat(`/var/lib/systemd/linger/${system.user.name}`) !== undefined;
}
