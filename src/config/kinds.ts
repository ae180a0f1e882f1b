/** Says what kind of value was expected and what stands there instead, in words and without the value. */
import { YamlTemplate } from "./yaml.ts";

/** Returns what `value` is, for people: `text`, `a number`, `a list`. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (value instanceof YamlTemplate) return "a template";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "true or false";
  return typeof value === "number" ? "a number" : "a mapping";
}

/** What to do about a template whose result has to be something else than text. */
export const TAG_IT = "put !yaml before the template, so that its result is read as YAML";

/**
 * Returns `must be EXPECTED, not KIND` or `has no value…`, with the way out where the cause is a common one. `expected` is a noun: `a whole
 * number`; `written` is what stands in a file with templates.
 */
export function mismatch(expected: string, value: unknown, written?: string): string {
  if (value === null || value === undefined) return `has no value; it must be ${expected}`;
  const kind = kindOf(value);
  const isObvious = expected.startsWith(kind) || (typeof value === "number" && expected.includes("number"));
  return `must be ${expected}${isObvious ? "" : `, not ${kind}`}${remedy(expected, value, written)}`;
}

function remedy(expected: string, value: unknown, written: string | undefined): string {
  if (expected.startsWith("text")) {
    return typeof value === "number" || typeof value === "boolean" ? ": put it in quotes" : "";
  }
  if (typeof value !== "string") return "";
  if (written?.includes("<%")) return `: ${TAG_IT}`;
  if (/number/.test(expected) && /^-?[0-9]+(?:\.[0-9]+)?$/.test(value)) return ": leave out the quotes";
  if (expected === "true or false" && /^(?:true|false)$/i.test(value)) return ": leave out the quotes";
  if (expected === "true or false" && /^(?:yes|no|on|off|y|n)$/i.test(value)) return ": write true or false";
  return expected.startsWith("a list") ? ": write [ ] around it" : "";
}
