/** Checks values from YAML files against zod schemas, and says each problem in ppm's words, at its place, without the value. */
import * as z from "zod/mini";
import { kindOf, mismatch } from "./kinds.ts";
import { didYouMean } from "./nearest.ts";
import { addFault, addKeyProblem, below, formatPath, type Place } from "./place.ts";
import type { Problems } from "./problems.ts";
import { type Path, YamlTemplate } from "./yaml.ts";
import { isOneLine } from "./yaml_text.ts";

type Issue = z.core.$ZodIssue;

/** Returns a schema for one line of text that is not empty and has no control characters. `fault` may refuse it further: it returns `must …`, or undefined. */
export function line(fault?: (text: string) => string | undefined): z.ZodMiniString {
  return z.string().check(z.check((context) => {
    const message = lineFault(context.value) ?? fault?.(context.value);
    if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
  }));
}

/** Returns what keeps `text` from being a line: `must …`, or undefined. */
export function lineFault(text: string): string | undefined {
  if (text === "") return "must not be empty";
  if (!isOneLine(text)) return "must be one line, without control characters";
  return text.trim() === text ? undefined : "must not begin or end with a space";
}

/**
 * Returns `value`, which stands at `place`, as `schema` reads it; or undefined, with a problem for each thing that is wrong.
 * Nothing is said of a {@linkcode YamlTemplate} that stands where its result should: why it could not be rendered was said before.
 */
export function checkValue<S extends z.ZodMiniType>(
  schema: S,
  value: unknown,
  place: Place,
  problems: Problems,
): z.output<S> | undefined {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  for (const issue of result.error.issues.flatMap(unfold)) {
    addIssue(issue, { schema, value, place, problems });
  }
  return undefined;
}

/** Of the alternatives of a union, the one that `value` came close to is what was meant: its problems are the ones to tell. */
function unfold(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((branch) =>
    branch.some(({ code, path }) => path.length > 0 || code === "unrecognized_keys" || code === "custom")
  );
  return meant?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(unfold) ??
    [issue];
}

interface Check {
  readonly schema: z.ZodMiniType;
  readonly value: unknown;
  readonly place: Place;
  readonly problems: Problems;
}

function addIssue(issue: Issue, { schema, value, place, problems }: Check): void {
  const inner = issue.path.map((step) => typeof step === "number" ? step : String(step));
  const found = valueAt(value, inner);
  if (
    [...inner.keys(), inner.length].some((depth) =>
      valueAt(value, inner.slice(0, depth)) instanceof YamlTemplate
    )
  ) return;
  const own = below(place, ...inner);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, inner);
    for (const key of issue.keys) addKeyProblem(problems, below(own, key), unknownKey(key, own.path, known));
  } else if (issue.code === "invalid_key") {
    const rule = issue.issues[0]?.message ?? "is not allowed";
    addKeyProblem(problems, own, `The name "${formatPath(own.path)}" ${rule}`);
  } else if (found === undefined && inner.length > 0) {
    const key = String(own.path.at(-1));
    addKeyProblem(
      problems,
      own,
      `Missing key "${key}"${inPath(own.path.slice(0, -1))}${describe(schemaAt(schema, inner))}`,
    );
  } else {
    addFault(problems, own, sentence(issue, found, own.document.templateAt(own.path)));
  }
}

/** Returns the message for a key that is none of `known`. */
function unknownKey(key: string, path: Path, known: readonly string[]): string {
  return `Unknown key "${key}"${inPath(path)}${didYouMean(key, known)}`;
}

function inPath(path: Path): string {
  return path.length === 0 ? "" : ` in "${formatPath(path)}"`;
}

function sentence(issue: Issue, value: unknown, written: string | undefined): string {
  switch (issue.code) {
    case "invalid_type":
      return mismatch(EXPECTED[issue.expected] ?? issue.expected, value, written);
    case "invalid_value":
      return `must be ${issue.values.map((known) => JSON.stringify(known)).join(" or ")}${
        typeof value === "string" ? didYouMean(value, issue.values.map(String)) : ""
      }`;
    case "too_small":
      return issue.origin === "array"
        ? `must have at least ${issue.minimum} items`
        : `must be at least ${issue.minimum}`;
    case "too_big":
      return issue.origin === "array"
        ? `must have at most ${issue.maximum} items`
        : `must be at most ${issue.maximum}`;
    case "invalid_union":
      return mismatch(
        issue.errors.flatMap(([first]) => first === undefined ? [] : [alternative(first)]).join(" or "),
        value,
      );
    case "custom":
      return issue.message;
    default:
      return `must be something else than ${kindOf(value)}`;
  }
}

/** What one branch of a union would have taken. */
function alternative(issue: Issue): string {
  if (issue.code === "invalid_value") return issue.values.map((known) => JSON.stringify(known)).join(" or ");
  return issue.code === "invalid_type" ? EXPECTED[issue.expected] ?? issue.expected : "something else";
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: "text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (outer, step) => outer !== null && typeof outer === "object" ? Reflect.get(outer, step) : undefined,
    value,
  );
}

function keysAt(schema: z.ZodMiniType, path: Path): readonly string[] {
  const found = schemaAt(schema, path);
  const inner = found && alternativeFor("key", found);
  return inner instanceof z.ZodMiniObject ? Object.keys(inner._zod.def.shape) : [];
}

/** Follows `path` through objects, records and lists to the schema of one value. */
function schemaAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return unwrap(schema);
  const inner = alternativeFor(step, unwrap(schema));
  let next: z.core.$ZodType | undefined;
  if (inner instanceof z.ZodMiniObject) next = inner._zod.def.shape[String(step)];
  else if (inner instanceof z.ZodMiniArray) next = inner._zod.def.element;
  else if (inner instanceof z.ZodMiniRecord) next = inner._zod.def.valueType;
  return next === undefined ? undefined : schemaAt(next, rest);
}

/** Of a union, the alternative that has something at `step`: a list for a number, a mapping for a key. */
function alternativeFor(step: string | number, schema: z.core.$ZodType): z.core.$ZodType {
  if (!(schema instanceof z.ZodMiniUnion)) return schema;
  const fits = (option: z.core.$ZodType) =>
    typeof step === "number" ? option instanceof z.ZodMiniArray : option instanceof z.ZodMiniObject;
  return schema._zod.def.options.find(fits) ?? schema;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const wrapped = schema instanceof z.ZodMiniOptional || schema instanceof z.ZodMiniDefault;
  return wrapped ? unwrap(schema._zod.def.innerType) : schema;
}

function describe(schema: z.core.$ZodType | undefined): string {
  const description = schema === undefined ? undefined : z.globalRegistry.get(schema)?.description;
  return description === undefined ? "" : `: ${description}`;
}
