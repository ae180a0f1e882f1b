/** Checks JSON that ppm wrote itself, by hand: a schema library would be most of what `status` costs. */

/** Returns `value` as what it should be; throws a TypeError that names `path` if it is something else. */
export type Check<T> = (value: unknown, path: string) => T;

export function text(value: unknown, path: string): string {
  return typeof value === "string" ? value : wrong(path, "a text");
}

export function number(value: unknown, path: string): number {
  return typeof value === "number" ? value : wrong(path, "a number");
}

export function boolean(value: unknown, path: string): boolean {
  return typeof value === "boolean" ? value : wrong(path, "true or false");
}

/** One of the `values`, and nothing else. */
export function oneOf<const T extends string | number>(...values: readonly T[]): Check<T> {
  return (value, path) => values.find((known) => known === value) ?? wrong(path, values.join(" or "));
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, path) => value === null ? null : check(value, path);
}

/** What an older ppm did not write is read as `fallback`. */
export function withDefault<T>(check: Check<T>, fallback: T): Check<T> {
  return (value, path) => value === undefined ? fallback : check(value, path);
}

/** The first of two checks that passes; where neither does, the second says what is wrong. */
export function either<A, B>(first: Check<A>, second: Check<B>): Check<A | B> {
  return (value, path) => {
    try {
      return first(value, path);
    } catch {
      return second(value, path);
    }
  };
}

export function list<T>(check: Check<T>): Check<readonly T[]> {
  return (value, path) =>
    Array.isArray(value) ? value.map((item, at) => check(item, `${path}[${at}]`)) : wrong(path, "a list");
}

/** A mapping with any keys. */
export function record<T>(check: Check<T>): Check<Readonly<Record<string, T>>> {
  return (value, path) => {
    const result: Record<string, T> = Object.create(null); // a key may be called `constructor`, like what every object has
    for (const [key, item] of Object.entries(members(value, path))) {
      result[key] = check(item, `${path}.${key}`);
    }
    return result;
  };
}

/** A mapping with exactly these keys; others are left out. */
export function shape<T>(checks: { readonly [Key in keyof T]: Check<T[Key]> }): Check<T> {
  return (value, path) => {
    const given = members(value, path);
    const result: Partial<T> = {};
    for (const key in checks) result[key] = checks[key](given[key], path === "" ? key : `${path}.${key}`);
    return result as T; // every key of T was set just now
  };
}

function members(value: unknown, path: string): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? { ...value }
    : wrong(path || "the whole", "a mapping");
}

function wrong(path: string, expected: string): never {
  throw new TypeError(`${path} is not ${expected}`);
}
