/** Sizes, numbers and times as people say them. */

const SPANS = [
  { ms: 86_400_000 * 365, one: "year" },
  { ms: 86_400_000 * 30, one: "month" },
  { ms: 86_400_000, one: "day" },
  { ms: 3_600_000, one: "hour" },
  { ms: 60_000, one: "minute" },
  { ms: 1000, one: "second" },
] as const;

/** Returns a span in its largest unit: `3 days`, `1 minute`, `0 seconds`. */
export function span(ms: number): string {
  const unit = SPANS.find((each) => ms >= each.ms) ?? { ms: 1000, one: "second" };
  const count = Math.max(0, Math.floor(ms / unit.ms));
  return `${count} ${unit.one}${count === 1 ? "" : "s"}`;
}

/** Returns where `atMs` lies, seen from `nowMs`: `3 days ago`, `just now`, `in 5 hours`. */
export function relativeTime(atMs: number, nowMs: number): string {
  if (Math.abs(nowMs - atMs) < 1000) return "just now";
  return atMs <= nowMs ? `${span(nowMs - atMs)} ago` : `in ${span(atMs - nowMs)}`;
}

/** Returns a size in binary units: `512 B`, `1.5 KiB`, `45 MiB`. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = "B";
  for (const next of ["KiB", "MiB", "GiB", "TiB"]) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  const digits = unit === "B" || value >= 10 ? 0 : 1;
  return `${value.toFixed(digits)} ${unit}`;
}

/** Returns a number of files, directories and links: `1 entry`, `12 entries`. */
export function entryCount(entries: number): string {
  return `${entries} ${entries === 1 ? "entry" : "entries"}`;
}
