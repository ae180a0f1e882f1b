/** Spans of time as systemd.time(7) writes them, for options that an author sets. */

/** By every name that systemd has for a unit of time, in milliseconds; a month is 30.44 days, a year 365.25 days. */
const UNITS: readonly (readonly [names: string, ms: number])[] = [
  ["seconds second sec s", 1000],
  ["minutes minute min m", 60_000],
  ["hours hour hr h", 3_600_000],
  ["days day d", 86_400_000],
  ["weeks week w", 604_800_000],
  ["months month M", 2_630_016_000],
  ["years year y", 31_557_600_000],
];

/** Returns `26h`, `1d 2h` or `90 min` in milliseconds; undefined for what is no span. */
export function parseTimeSpan(text: string): number | undefined {
  if (!/^\s*(?:\d+(?:\.\d+)?\s*[A-Za-z]+\s*)+$/.test(text)) return undefined;
  let total = 0;
  for (const [, count, name] of text.matchAll(/(\d+(?:\.\d+)?)\s*([A-Za-z]+)/g)) {
    const unit = UNITS.find(([names]) => names.split(" ").includes(name ?? ""));
    if (unit === undefined) return undefined;
    total += Number(count) * unit[1];
  }
  return Math.round(total);
}
