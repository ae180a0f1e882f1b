/** How an application is: a look at systemd and podman, made into one report that people and programs read. */
import type { Healthcheck } from "../definition/healthcheck.ts";
import { type Container, parseContainers, podmanPs } from "../host/podman.ts";
import type { ReadSystem } from "../host/system.ts";
import {
  hasJob,
  parseShow,
  requireManager,
  runSystemctl,
  systemctlShow,
  type UnitProperties,
} from "../host/systemd.ts";
import { parseSpan, parseTime } from "../host/systemd_time.ts";
import { UserError } from "../errors.ts";
import { type Drift, findDrift } from "../plan/drift.ts";
import type { Manifest, ManifestUnit } from "../plan/manifest.ts";
import { isConcrete, targetOf } from "../plan/units.ts";
import { isUnhealthy } from "./container_health.ts";
import { HEALTH_PROPERTIES, judgeUnit } from "./health.ts";

/** One unit, as `ppm status --json` prints it. Times are RFC 3339. */
export interface UnitReport {
  readonly name: string;
  readonly enabled: boolean;
  /** Whether it is as it should be. */
  readonly well: boolean;
  /** systemd's ActiveState and SubState. */
  readonly active: string;
  readonly sub: string;
  /** The state in words. */
  readonly words: string;
  readonly since: string | null;
  readonly restarts: number;
  readonly pid: number | null;
  readonly memoryBytes: number | null;
  /** Timers only: when it elapses next, and when it did last. */
  readonly next: string | null;
  readonly last: string | null;
}

/** What came of the healthcheck. */
export interface HealthReport {
  /** What is asked: `http://127.0.0.1:3000/`, `127.0.0.1:5432`, `check.service`. */
  readonly asked: string;
  /** null: it was not asked, since not every unit is as it should be. */
  readonly well: boolean | null;
  /** The answer, as a predicate of what was asked. */
  readonly words: string;
}

/** What `ppm status --json` prints. */
export interface StatusReport {
  readonly app: Manifest["app"];
  readonly instance: string;
  readonly user: string;
  /** Whether the target is active, every unit as it should be, no container unhealthy, and the healthcheck content. */
  readonly well: boolean;
  readonly target: UnitReport;
  readonly units: readonly UnitReport[];
  /** null: the application has no healthcheck. */
  readonly healthcheck: HealthReport | null;
  /** null where podman could not be asked. */
  readonly containers: readonly Container[] | null;
  readonly definition: Manifest["source"];
  readonly generation: number;
  readonly setupTime: string;
  readonly drift: readonly Drift[];
}

/** How long somebody who looks waits for an answer to the healthcheck. */
const ANSWER_LIMIT_MS = 5000;

const STATUS_PROPERTIES = [
  ...HEALTH_PROPERTIES,
  "ActiveEnterTimestamp",
  "ActiveEnterTimestampMonotonic",
  "StateChangeTimestamp",
  "CanReload",
  "MainPID",
  "MemoryCurrent",
  "NeedDaemonReload",
  "NextElapseUSecRealtime",
  "NextElapseUSecMonotonic",
  "LastTriggerUSec",
];

/** A look at an application. */
export interface StatusLook {
  readonly report: StatusReport;
  /** What systemd says of every unit that was asked about. */
  readonly units: ReadonlyMap<string, UnitProperties>;
}

/**
 * Looks at everything at once: one call of systemctl, and podman beside it only where there are containers. `beside` names units that are none
 * of the application's, and of which somebody else will report.
 */
export async function lookAtStatus(
  system: ReadSystem,
  manifest: Manifest,
  beside: readonly string[] = [],
): Promise<StatusLook> {
  requireManager(system);
  const own = [targetOf(manifest.app), ...manifest.units.map((unit) => unit.name).filter(isConcrete)];
  const names = [...own, ...beside];
  const [shown, containers] = await Promise.all([
    runSystemctl(system, systemctlShow(names, STATUS_PROPERTIES)),
    manifest.units.some((unit) => unit.containers) ? listContainers(system) : [],
  ]);
  const properties = parseShow(shown);
  const drift = await findDrift(system, manifest, properties);
  const report = makeReport({ manifest, user: system.user.name, properties, containers, drift });
  const { healthcheck } = manifest;
  if (healthcheck === null) return { report, units: properties };
  const health = await reportHealth(system, healthcheck, { properties, runs: report.well });
  return {
    report: { ...report, healthcheck: health, well: report.well && health.well === true },
    units: properties,
  };
}

/** Asks once. Of an application that does not run nobody asks more. */
async function reportHealth(
  system: ReadSystem,
  healthcheck: Healthcheck,
  { properties, runs }: Pick<Observations, "properties"> & { readonly runs: boolean },
): Promise<HealthReport> {
  const { nameProbe } = await import("./check.ts"); // most applications start faster without it
  const asked = nameProbe(healthcheck.probe);
  if (!runs && healthcheck.probe.kind !== "unit") return { asked, well: null, words: "was not asked" };
  const { askQuietly } = await import("./ask.ts");
  return {
    asked,
    ...await askQuietly(system, healthcheck, { units: properties, atMostMs: ANSWER_LIMIT_MS }),
  };
}

interface Observations {
  readonly manifest: Manifest;
  readonly user: string;
  readonly properties: ReadonlyMap<string, UnitProperties>;
  readonly containers: readonly Container[] | null;
  readonly drift: readonly Drift[];
}

/** Makes the report out of what was seen. Pure. */
function makeReport(seen: Observations): StatusReport {
  const { manifest, user, properties, containers, drift } = seen;
  const target = reportUnit({ name: targetOf(manifest.app), enabled: true }, seen);
  const units = manifest.units.filter((unit) => isConcrete(unit.name)).map((unit) => reportUnit(unit, seen));
  const names = new Set(units.map((unit) => unit.name));
  return {
    app: manifest.app,
    instance: manifest.instance,
    user,
    well: properties.get(target.name)?.ActiveState === "active" && units.every((unit) => unit.well) &&
      !(containers ?? []).some((container) => isUnhealthy(container, names)),
    target,
    units,
    healthcheck: null,
    containers,
    definition: manifest.source,
    generation: manifest.generation,
    setupTime: manifest.time,
    drift,
  };
}

function reportUnit(
  { name, enabled }: Pick<ManifestUnit, "name" | "enabled">,
  seen: Observations,
): UnitReport {
  const unit = seen.properties.get(name) ?? { LoadState: "not-found", ActiveState: "inactive" };
  const stopped = unit.ActiveState === "inactive" && unit.LoadState === "loaded" && !hasJob(unit) &&
    seen.properties.get(targetOf(seen.manifest.app))?.ActiveState === "inactive";
  const verdict = judgeUnit(unit, new Set(seen.manifest.units.map((each) => each.name)));
  // What is not enabled may run or not, as other units need it.
  const resting = !enabled && unit.ActiveState === "inactive";
  return {
    name,
    enabled,
    well: verdict.kind === "up" || verdict.kind === "idle" || (resting && unit.LoadState === "loaded"),
    active: unit.ActiveState ?? "unknown",
    sub: unit.SubState ?? "unknown",
    words: stopped || (resting && verdict.kind === "down") ? "stopped" : verdict.words,
    since: unit.ActiveState === "active" ? iso(parseTime(unit.ActiveEnterTimestamp)) : null,
    restarts: Number(unit.NRestarts ?? 0),
    pid: count(unit.MainPID),
    memoryBytes: count(unit.MemoryCurrent),
    next: iso(nextElapse(unit)),
    last: iso(parseTime(unit.LastTriggerUSec)),
  };
}

async function listContainers(system: ReadSystem): Promise<readonly Container[] | null> {
  try {
    return parseContainers((await system.run(podmanPs())).stdout);
  } catch (error) {
    if (error instanceof UserError) return null; // the units tell enough
    throw error;
  }
}

/** Returns when a timer elapses next, in milliseconds since the epoch. It counts by the calendar, since boot, or both; the earlier one is next. */
export function nextElapse(unit: UnitProperties): number | undefined {
  const calendar = parseTime(unit.NextElapseUSecRealtime);
  const sinceBoot = parseSpan(unit.NextElapseUSecMonotonic ?? "");
  const boot = bootTime(unit);
  const monotonic = boot === undefined || sinceBoot === undefined ? undefined : boot + sinceBoot;
  const candidates = [calendar, monotonic].filter((time) => time !== undefined);
  return candidates.length === 0 ? undefined : Math.min(...candidates);
}

/** systemd notes one moment by two clocks, by the date and since boot: that tells when boot was. */
function bootTime(unit: UnitProperties): number | undefined {
  const entered = parseTime(unit.ActiveEnterTimestamp);
  return entered === undefined ? undefined : entered - Number(unit.ActiveEnterTimestampMonotonic) / 1000;
}

/** A number that systemd knows; it prints `[not set]`, 0 or 2^64-1 otherwise. */
function count(text: string | undefined): number | null {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
