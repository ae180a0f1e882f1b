/** `ppm list` for people. Pure. */
import { formatPorts } from "../definition/open_port.ts";
import type { Style } from "../ui/style.ts";
import { type Cell, table } from "../ui/table.ts";
import { displayWidth, oneLine } from "../ui/text.ts";
import { relativeTime } from "../ui/units_of_measure.ts";
import type { ListedApplication, ListReport, ListWarning } from "./list_report.ts";
import type { Running } from "./list_running.ts";

export interface ListViewOptions {
  readonly style: Style;
  /** The width to fit into. */
  readonly columns: number;
  readonly nowMs: number;
}

const HEADING = [
  "INSTANCE",
  "USER",
  "APP",
  "COMMIT",
  "STATE",
  "PORTS",
  "SITES",
  "BACKUP",
  "DRILL",
  "UPGRADE",
];

/** What is left out where columns would have to be cut to less than {@linkcode LEGIBLE}, the first one first. */
const DISPENSABLE = ["DRILL", "UPGRADE", "COMMIT", "APP"];

/** So much of a cell says something: a domain that is cut to less could be any. */
const LEGIBLE = 20;

/** Returns the lines of the report. */
export function listView(report: ListReport, options: ListViewOptions): readonly string[] {
  const rows = report.applications.map((application) => row(application, options));
  const shown = rows.length === 0 ? ["No application is set up here"] : fitted(rows, options);
  return [...shown, ...warningLines(report.warnings, options.style)];
}

function fitted(
  rows: readonly (readonly (string | Cell)[])[],
  { style, columns }: ListViewOptions,
): readonly string[] {
  const without = (left: number, narrowest?: number) => {
    const kept = HEADING.map((name, at) => ({ name, at }))
      .filter(({ name }) => !DISPENSABLE.slice(0, left).includes(name));
    const cells = rows.map((row) => kept.map(({ at }) => row[at]!));
    const limits = narrowest === undefined ? {} : { narrowest };
    return table(kept.map(({ name }) => name), cells, { columns, heading: style.dim, ...limits });
  };
  for (let left = 0; left <= DISPENSABLE.length; left++) {
    const lines = without(left, LEGIBLE);
    if (lines.every((line) => displayWidth(line) <= columns)) return lines;
  }
  return without(DISPENSABLE.length);
}

function row(application: ListedApplication, { style, nowMs }: ListViewOptions): readonly (string | Cell)[] {
  const { instance, user, app, definition, running, ports, sites, times } = application;
  return [
    oneLine(instance),
    oneLine(user),
    oneLine(`${app.name} ${app.version}`),
    definition.commit.slice(0, 12),
    times.fenced !== null
      ? { text: "fenced", paint: style.yellow }
      : running === null
      ? ""
      : stateCell(running, style),
    ports.map((port) => `${formatPorts(port)}${port.protocol === "udp" ? "/udp" : ""}`).join(" "),
    sites.map(({ domain, path }) => path === "/" ? domain : `${domain}${path}`).join(" "),
    ...[times.backup, times.drill, times.upgrade].map((time) =>
      time === null ? "" : relativeTime(Date.parse(time), nowMs)
    ),
  ];
}

function stateCell({ state, words }: Running, style: Style): Cell {
  switch (state) {
    case "running":
      return { text: "running", paint: style.green };
    case "stopped":
      return { text: "stopped", paint: style.yellow };
    case "amiss":
      return { text: words, paint: style.red };
    case "unknown":
      return { text: words === "" ? "unknown" : `unknown: ${words}`, paint: style.yellow };
  }
}

/** What several warnings have for a hint is said once, after the last of them. */
function warningLines(warnings: readonly ListWarning[], style: Style): readonly string[] {
  if (warnings.length === 0) return [];
  const lines = warnings.flatMap(({ message, hint }, at) => {
    const line = `${style.yellow("!")} ${oneLine(message)}`;
    return hint === null || warnings[at + 1]?.hint === hint ? [line] : [line, `  → ${oneLine(hint)}`];
  });
  return ["", ...lines];
}
