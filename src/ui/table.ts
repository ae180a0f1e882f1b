/** Rows in aligned columns, fitted to a width. */
import { cut, displayWidth } from "./text.ts";
import type { Paint } from "./style.ts";

/** Between two columns. */
const GAP = "  ";

/** No column is cut to less than this, unless the caller says otherwise. */
const NARROWEST = 8;

/** A cell: plain text, and how to paint it once it has its width. */
export interface Cell {
  readonly text: string;
  readonly paint?: Paint;
}

export interface TableOptions {
  /** The width to fit into. @default {Infinity} */
  readonly columns?: number;
  /** No column is cut to less than this, and lines may be too long then. @default {8} */
  readonly narrowest?: number;
  /** How to paint the heading. */
  readonly heading?: Paint;
}

/** Returns the lines of a table; a column in which no row has anything is left out. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly (string | Cell)[])[],
  options: TableOptions = {},
): readonly string[] {
  const all = [
    heading.map((text) => toCell(text, options.heading)),
    ...rows.map((row) => row.map((cell) => toCell(cell))),
  ];
  const shown = heading.map((_, at) => at).filter((at) => all.slice(1).some((row) => row[at]?.text));
  const widths = fit(shown.map((at) => columnWidth(all, at)), options);
  return all.map((row) => line(shown.map((at) => row[at] ?? { text: "" }), widths));
}

function toCell(cell: string | Cell, paint?: Paint): Cell {
  return typeof cell === "string" ? { text: cell, ...(paint === undefined ? {} : { paint }) } : cell;
}

function columnWidth(rows: readonly (readonly Cell[])[], at: number): number {
  return Math.max(...rows.map((row) => displayWidth(row[at]?.text ?? "")));
}

/** Takes from the widest column until all fit, or none can give more. */
function fit(
  widths: readonly number[],
  { columns = Infinity, narrowest = NARROWEST }: TableOptions,
): readonly number[] {
  const result = [...widths];
  let excess = result.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - columns;
  while (excess > 0) {
    const widest = result.indexOf(Math.max(...result));
    if (result[widest]! <= narrowest) break;
    result[widest]!--;
    excess--;
  }
  return result;
}

function line(cells: readonly Cell[], widths: readonly number[]): string {
  return cells.map(({ text, paint = plain }, at) => {
    const shown = cut(text, widths[at]!);
    const padding = at === cells.length - 1 ? "" : " ".repeat(widths[at]! - displayWidth(shown));
    return `${paint(shown)}${padding}`;
  }).join(GAP).trimEnd();
}

function plain(text: string): string {
  return text;
}
