/** From what was measured to what is said of it. Pure. */

/** One line of the table. */
export interface Row {
  readonly what: string;
  /** What was measured, in the words to print. */
  readonly ppm: string;
  /** What it is held against, and that measured. */
  readonly yardstick: string;
  /** ppm's part of the yardstick's. */
  readonly ratio: number | undefined;
  readonly limit: Limit | undefined;
}

/** What must not be exceeded, in `unit`; `value` was measured. */
export interface Limit {
  readonly value: number;
  readonly limit: number;
  readonly unit: "×" | "ms" | "ms each" | "%" | "MiB";
}

/** Returns the middle of the values; of an even number, the mean of both in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** Returns the straight line that fits the points best (least squares), and how far the farthest is from it, as a part of its value. */
export function fitLine(
  points: readonly (readonly [x: number, y: number])[],
): { readonly slope: number; readonly farthest: number } {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const slope = mean(points.map(([x, y]) => (x - meanX) * (y - meanY))) /
    mean(points.map(([x]) => (x - meanX) ** 2));
  const line = (x: number) => meanY + slope * (x - meanX);
  return { slope, farthest: Math.max(...points.map(([x, y]) => Math.abs(y - line(x)) / y)) };
}

/** Returns how many moments fall into the fullest of the periods of so many seconds. */
export function busiest(moments: readonly number[], seconds: number): number {
  const periods = Map.groupBy(moments, (moment) => Math.floor(moment / seconds));
  return Math.max(...Array.from(periods.values(), (each) => each.length));
}

/** `26.4 ms`, `812 ms`, `61.2 s`; of less than nothing, with a sign. */
export function duration(ms: number): string {
  if (Math.abs(ms) >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return Math.abs(ms) >= 100 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

/** `93.4 MiB`. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** Returns the lines of the table; a missed limit says by how much. */
export function table(rows: readonly Row[]): readonly string[] {
  const cells = rows.map(({ what, ppm, yardstick, ratio, limit }) => [
    what,
    ppm,
    yardstick,
    ratio === undefined ? "" : ratio.toPrecision(3),
    limit === undefined ? "" : amount(Number(limit.limit.toFixed(1)), limit.unit),
    limit === undefined ? "" : verdict(limit),
  ]);
  const all = [["what", "ppm", "yardstick", "ratio", "limit", "kept"], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd());
}

function verdict({ value, limit, unit }: Limit): string {
  if (value <= limit) return "yes";
  const over = unit === "ms" ? value - limit : (value - limit).toPrecision(2);
  return `no: ${amount(over, unit)} (${Math.round((value / limit - 1) * 100)} %) over`;
}

function amount(value: number | string, unit: Limit["unit"]): string {
  return unit === "ms" ? duration(Number(value)) : `${value} ${unit}`;
}
