/** `ppm status` for people. Pure. */
import { isUnhealthy } from "../apply/container_health.ts";
import { IN_QUEUE } from "../apply/health.ts";
import type { HealthReport, StatusReport, UnitReport } from "../apply/status.ts";
import type { FenceReport } from "../backup/fence.ts";
import type { BackupReport } from "../backup/report.ts";
import type { UpgradeReport } from "../upgrade/report.ts";
import type { WatchReport } from "../upgrade/watch/report.ts";
import type { Style } from "../ui/style.ts";
import { type Cell, table } from "../ui/table.ts";
import { printable } from "../ui/text.ts";
import { entryCount, relativeTime, size, span } from "../ui/units_of_measure.ts";

/** What `ppm status --json` prints. */
export interface WholeStatus extends StatusReport {
  /** null: the application is not backed up. */
  readonly backup: BackupReport | null;
  readonly upgrade: UpgradeReport;
  /** null: it may run. */
  readonly fence: FenceReport | null;
  /** null: it does not follow its neighbours. */
  readonly watch: WatchReport | null;
}

export interface ViewOptions {
  readonly style: Style;
  /** The width to fit into. */
  readonly columns: number;
  readonly nowMs: number;
}

/** Returns the lines of the report. */
export function statusView(report: WholeStatus, options: ViewOptions): readonly string[] {
  const { style } = options;
  const blocks = [
    summary(report, options),
    unitTable(report, options),
    timerTable(report, options),
    containerTable(report, options),
    [
      ...report.backup?.complaints ?? [],
      ...report.upgrade.complaints,
      ...report.watch?.complaints ?? [],
      ...report.drift,
    ].map((
      { message, next },
    ) => `${style.yellow("!")} ${printable(message)} → ${style.cyan(next)}`),
  ];
  return blocks.filter((block) => block.length > 0).flatMap((block, at) => at === 0 ? block : ["", ...block]);
}

function summary(report: WholeStatus, options: ViewOptions): readonly string[] {
  const { style, nowMs } = options;
  const { app, target, definition } = report;
  const since = target.since === null ? "" : `, since ${ago(target.since, nowMs)}`;
  const state = report.fence !== null
    ? style.yellow(fencedWords(report.fence, nowMs))
    : report.well
    ? style.green(`running${since}`)
    : style.red(complaint(report));
  const directory = definition.directory === "." ? "" : `, directory ${definition.directory}`;
  return [
    `${style.bold(printable(app.name))} ${printable(app.version)}: ${printable(app.description)}`,
    `  state       ${state}`,
    ...healthLines(report.healthcheck, style),
    `  instance    ${report.instance} (user ${report.user})`,
    `  definition  ${definition.repository}${directory} at ${definition.commit.slice(0, 12)}`,
    `  set up      ${ago(report.setupTime, nowMs)}, generation ${report.generation}`,
    ...backupLines(report.backup, options),
    ...upgradeLines(report.upgrade, nowMs),
  ];
}

function fencedWords({ purpose, since, snapshot }: FenceReport, nowMs: number): string {
  const what = purpose === "move" ? "fenced, to move to another server" : "being removed";
  const saved = snapshot === null ? "" : `; snapshot ${snapshot.slice(0, 8)}`;
  const next = purpose === "move" ? "" : " → ppm remove";
  return `${what}, since ${ago(since, nowMs)}${saved}${next}`;
}

function healthLines(health: HealthReport | null, style: Style): readonly string[] {
  if (health === null) return [];
  const { asked, well, words } = health;
  const paint = well === null ? style.dim : well ? style.green : style.red;
  return [`  health      ${paint(printable(`${asked} ${words}`))}`];
}

function backupLines(backup: BackupReport | null, { style, nowMs }: ViewOptions): readonly string[] {
  if (backup === null) return [];
  const { good, running, drill } = backup;
  const next = backup.next === null ? "" : `; next ${ago(backup.next, nowMs)}`;
  const newest = good === null
    ? style.yellow("never")
    : `${ago(good.time, nowMs)}: ${size(good.bytes)}, ${entryCount(good.entries)}, ${downTime(good.downMs)}`;
  return [
    `  backup      ${
      running === null ? `${newest}${next}` : `${style.cyan(doing(running, nowMs))}; last ${newest}`
    }`,
    `  drill       ${
      drill === null
        ? `never → ${style.cyan("ppm drill")}`
        : `${ago(drill.time, nowMs)}, ${
          drill.outcome === "done" ? `took ${span(drill.durationMs)}` : "failed"
        }`
    }`,
  ];
}

/** Nothing of what nobody has ever asked for. */
function upgradeLines({ upgraded, scheduled, next }: UpgradeReport, nowMs: number): readonly string[] {
  if (upgraded === null && !scheduled) return [];
  const last = upgraded === null ? "never" : ago(upgraded, nowMs);
  const then = !scheduled ? ", by hand" : next === null ? "" : `; next ${ago(next, nowMs)}`;
  return [`  upgrade     ${last}${then}`];
}

function downTime(ms: number): string {
  return ms === 0 ? "without a stop" : `down for ${ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : span(ms)}`;
}

function doing(
  { since, doing, bytesDone, bytesTotal }: NonNullable<BackupReport["running"]>,
  nowMs: number,
): string {
  const what = doing === null ? "running" : `running: ${printable(doing)}`;
  const far = bytesDone === null || !bytesTotal ? "" : `, ${size(bytesDone)} of ${size(bytesTotal)}`;
  return `${what}${far}${since === null ? "" : `, begun ${ago(since, nowMs)}`}`;
}

function complaint(report: StatusReport): string {
  const names = new Set(report.units.map((unit) => unit.name));
  const ill = [
    ...report.units.filter((unit) => !unit.well).map((unit) => unit.name),
    ...(report.containers ?? []).filter((container) => isUnhealthy(container, names))
      .map(({ name }) => `container ${printable(name)}`),
    ...(report.healthcheck?.well === false ? ["healthcheck"] : []),
  ];
  // At boot, and in a restart, the target waits for its units.
  if (report.target.active === "inactive") return report.target.words === IN_QUEUE ? "starting" : "stopped";
  return `not well: ${ill.length === 0 ? `${report.target.name} is ${report.target.words}` : ill.join(", ")}`;
}

function unitTable(
  { units, target }: StatusReport,
  { style, columns, nowMs }: ViewOptions,
): readonly string[] {
  const rows = [target, ...units].map((unit) => [
    unit.name,
    paintState(unit, style),
    unit.since === null ? "" : ago(unit.since, nowMs),
    unit.restarts === 0 ? "" : String(unit.restarts),
    unit.pid === null ? "" : String(unit.pid),
    unit.memoryBytes === null ? "" : size(unit.memoryBytes),
  ]);
  const heading = ["UNIT", "STATE", "SINCE", "RESTARTS", "PID", "MEMORY"];
  return table(heading, rows, { columns, heading: style.dim });
}

function paintState(unit: UnitReport, style: Style): Cell {
  if (!unit.well) return { text: unit.words, paint: style.red };
  return unit.active === "active" ? { text: unit.words, paint: style.green } : { text: unit.words };
}

function timerTable({ units }: StatusReport, { style, columns, nowMs }: ViewOptions): readonly string[] {
  const timers = units.filter((unit) => unit.name.endsWith(".timer"));
  if (timers.length === 0) return [];
  const rows = timers.map(({ name, next, last }) => [
    name,
    next === null ? "never" : `${ago(next, nowMs)} (${next})`,
    last === null ? "never" : ago(last, nowMs),
  ]);
  return table(["TIMER", "NEXT", "LAST"], rows, { columns, heading: style.dim });
}

function containerTable({ containers }: StatusReport, { style, columns }: ViewOptions): readonly string[] {
  if (containers === null) return [style.yellow("podman could not be asked about containers")];
  if (containers.length === 0) return [];
  const rows = containers.map(({ name, image, state, health }) => [
    printable(name),
    printable(image),
    state === "running" ? { text: state, paint: style.green } : state,
    health === "unhealthy" ? { text: health, paint: style.red } : health ?? "",
  ]);
  return table(["CONTAINER", "IMAGE", "STATE", "HEALTH"], rows, { columns, heading: style.dim });
}

function ago(iso: string, nowMs: number): string {
  return relativeTime(Date.parse(iso), nowMs);
}
