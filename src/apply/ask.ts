/** Asks an application whether it is well: once, and whatever comes of it is an answer. */
import type { Healthcheck } from "../definition/healthcheck.ts";
import { ProgramError } from "../host/program_error.ts";
import type { Answer, ReadSystem, System } from "../host/system.ts";
import { runSystemctl, systemctl, type UnitProperties } from "../host/systemd.ts";
import { judgeUnit } from "./health.ts";
import { lookAt } from "./units.ts";

/** Asks. A unit is started for that, and systemd's limit on starts in a while does not count. */
export async function ask(system: System, { probe, timeoutMs }: Healthcheck): Promise<Answer> {
  return probe.kind === "unit"
    ? await startUnit(system, probe.unit, timeoutMs)
    : await system.probe(probe, timeoutMs);
}

/** Asks without changing anything, for at most `atMostMs`: of a unit, what `units` say of its last run. */
export async function askQuietly(
  system: ReadSystem,
  { probe, timeoutMs }: Healthcheck,
  { units, atMostMs }: {
    readonly units: ReadonlyMap<string, UnitProperties>;
    readonly atMostMs: number;
  },
): Promise<Answer> {
  if (probe.kind !== "unit") return await system.probe(probe, Math.min(timeoutMs, atMostMs));
  return failureOf(units.get(probe.unit)) ?? { well: true, words: "has not failed" };
}

/**
 * Of a oneshot that has succeeded systemd knows nothing more: it forgets the unit at once (seen with 252 and 257). So what counts is how
 * `systemctl start` ends; what is known of a failure is asked afterwards.
 */
async function startUnit(system: System, unit: string, timeoutMs: number): Promise<Answer> {
  await runSystemctl(system, { ...systemctl("reset-failed", [unit]), accept: [0, 1] });
  try {
    await runSystemctl(system, systemctl("start", [unit], { timeoutMs }));
    return { well: true, words: "succeeds" };
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    if (error.failure.kind === "timeout") {
      return { well: false, words: `does not end within ${timeoutMs / 1000} s` };
    }
    if (error.failure.kind !== "exit") throw error;
    return failureOf((await lookAt(system, [unit])).get(unit)) ?? { well: false, words: "cannot be started" };
  }
}

function failureOf(properties: UnitProperties | undefined): Answer | undefined {
  if (properties?.ActiveState !== "failed") return undefined;
  return { well: false, words: judgeUnit(properties, new Set()).words };
}
