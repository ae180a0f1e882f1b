/** Reads the values of options. Each throws an Error that says what was expected; `arguments.ts` adds where. */

const DURATION_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** Reads `90`, `90s`, `5m`, `5min` or `1h` as milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,6})(s|m|min|h)?$/.exec(text);
  if (match === null) throw new Error("expected a duration such as 90s, 5m or 1h");
  return Number(match[1]) * DURATION_MS[match[2] ?? "s"]!;
}

/** Reads a whole number that is not negative. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error("expected a whole number, 0 or more");
  return Number(text);
}

/** Reads the absolute path of a directory. */
export function parseDirectory(text: string): string {
  if (!/^\/[^\0]*$/.test(text)) throw new Error("expected an absolute path");
  return text.replace(/(?<=.)\/+$/, "");
}
