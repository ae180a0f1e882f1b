/** What the server's own systemd says of units that several checks ask about: one question for all of them. */
import type { Invocation, ReadSystem } from "../host/system.ts";
import { parseShow, type UnitProperties } from "../host/systemd.ts";

/** What sets a clock: any one of these. */
export const TIME_SERVICES = [
  "systemd-timesyncd.service",
  "chrony.service",
  "chronyd.service",
  "ntpsec.service",
  "ntpd.service",
  "ntp.service",
  "openntpd.service",
];

export type ServerUnits = ReadonlyMap<string, UnitProperties>;

/** Asks the server's systemd, which anybody may. */
export async function lookAtServerUnits(system: ReadSystem): Promise<ServerUnits> {
  return parseShow((await system.run(show(["network-online.target", ...TIME_SERVICES]))).stdout);
}

function show(units: readonly string[]): Invocation {
  return {
    program: "systemctl",
    args: ["show", "--property=Id,ActiveState,LoadState", "--", ...units],
    changes: false,
    timeoutMs: 15_000,
  };
}

/** Returns a unit's ActiveState; undefined where systemd does not say. */
export function stateOf(units: ServerUnits, unit: string): string | undefined {
  return units.get(unit)?.ActiveState;
}
