/** Reads points in time and spans of time as systemd prints them. */

/** Reads `Mon 2026-11-23 00:00:00.123456 UTC`; undefined for an empty value and for anything else, such as `n/a`. */
export function parseTime(text: string | undefined): number | undefined {
  const match = /^\w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,6})? UTC$/.exec(text ?? "");
  if (match === null) return undefined;
  const [, date, time, fraction = ""] = match;
  return Date.parse(`${date}T${time}${fraction.slice(0, 4)}Z`);
}

/** systemd.time(7): a month is 30.44 days, a year 365.25 days. */
const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  month: 2_630_016_000,
  y: 31_557_600_000,
};

/** Reads `1d 2h 3min 4.5s` as milliseconds; undefined for what is no span, such as `infinity`. */
export function parseSpan(text: string): number | undefined {
  const words = text.trim().split(/\s+/);
  let total = 0;
  for (const word of words) {
    const match = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(word);
    const unit = UNIT_MS[match?.[2] ?? ""];
    if (match === null || unit === undefined) return undefined;
    total += Number(match[1]) * unit;
  }
  return total;
}
