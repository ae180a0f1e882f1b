/**
 * A validator for JSON Schema (draft 2020-12), as far as ppm's schemas go, written without a look at zod: what ppm prints is for other programs.
 * A keyword that it does not know is an error, so that nothing passes because nobody looked.
 */

type Schema = Readonly<Record<string, unknown>> | boolean;

/** How a value breaks a keyword: what is wrong with it, or undefined. */
type Rule = (value: unknown, given: unknown, schema: Readonly<Record<string, unknown>>) => string | undefined;

/** What says something to people, and nothing of values. */
const ANNOTATIONS = new Set(["$schema", "title", "description", "examples", "format"]);

/** Returns the first thing that is wrong with `value`, with its path; undefined for a value that fits. */
export function fault(schema: Schema, value: unknown, path = "$"): string | undefined {
  if (typeof schema === "boolean") return schema ? undefined : `${path} is not allowed`;
  for (const [keyword, given] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword)) continue;
    const rule = RULES[keyword];
    if (rule === undefined) throw new Error(`The validator does not know the keyword "${keyword}"`);
    const wrong = rule(value, given, schema);
    if (wrong !== undefined) return wrong.startsWith("$") ? `${path}${wrong.slice(1)}` : `${path} ${wrong}`;
  }
  return undefined;
}

const RULES: Readonly<Record<string, Rule>> = {
  type: (value, types) =>
    [types].flat().some((type) => isOf(value, type)) ? undefined : `is no ${[types].flat().join(" or ")}`,
  const: (value, only) => value === only ? undefined : `is not ${JSON.stringify(only)}`,
  enum: (value, known) => list(known).includes(value) ? undefined : `is none of ${JSON.stringify(known)}`,
  minimum: (value, least) =>
    typeof value !== "number" || value >= Number(least) ? undefined : `is less than ${least}`,
  maximum: (value, most) =>
    typeof value !== "number" || value <= Number(most) ? undefined : `is more than ${most}`,
  minItems: (value, least) =>
    !Array.isArray(value) || value.length >= Number(least) ? undefined : "has too few items",
  pattern: (value, pattern) =>
    typeof value !== "string" || new RegExp(String(pattern), "u").test(value)
      ? undefined
      : `does not match ${pattern}`,
  anyOf: (value, schemas) => {
    const faults = list(schemas).map((schema) => fault(asSchema(schema), value));
    return faults.includes(undefined) ? undefined : `fits none of ${faults.length}: ${faults.join("; ")}`;
  },
  oneOf: (value, schemas) => {
    const fitting = list(schemas).filter((schema) => fault(asSchema(schema), value) === undefined).length;
    return fitting === 1 ? undefined : `fits ${fitting} of what it must fit one of`;
  },
  items: (value, schema) =>
    Array.isArray(value)
      ? first(value.entries(), (item, at) => fault(asSchema(schema), item, `$[${at}]`))
      : undefined,
  required: (value, keys) => {
    const missing = isMapping(value)
      ? list(keys).find((key) => !Object.hasOwn(value, String(key)))
      : undefined;
    return missing === undefined ? undefined : `lacks ${missing}`;
  },
  properties: (value, schemas) =>
    isMapping(value) && isMapping(schemas)
      ? first(
        Object.entries(schemas),
        (schema, key) =>
          Object.hasOwn(value, key) ? fault(asSchema(schema), value[key], `$.${key}`) : undefined,
      )
      : undefined,
  additionalProperties: (value, schema, { properties }) => {
    const known = isMapping(properties) ? properties : {};
    const others = isMapping(value)
      ? Object.entries(value).filter(([key]) => !Object.hasOwn(known, key))
      : [];
    return first(others, (item, key) => fault(asSchema(schema), item, `$.${key}`));
  },
  propertyNames: (value, schema) =>
    isMapping(value)
      ? first(Object.entries(value), (_, key) => fault(asSchema(schema), key, `$.${key}`))
      : undefined,
};

function first<K>(
  entries: Iterable<readonly [K, unknown]>,
  judge: (value: unknown, key: K) => string | undefined,
) {
  for (const [key, value] of entries) {
    const wrong = judge(value, key);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function isOf(value: unknown, type: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isMapping(value);
    case "integer":
      return Number.isInteger(value);
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    default:
      throw new Error(`The validator does not know the type ${type}`);
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`Expected a list in the schema, not ${JSON.stringify(value)}`);
}

function asSchema(value: unknown): Schema {
  if (typeof value === "boolean" || isMapping(value)) return value;
  throw new Error(`Expected a schema, not ${JSON.stringify(value)}`);
}
