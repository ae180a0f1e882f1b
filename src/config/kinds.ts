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

/** Returns `must be EXPECTED, not KIND` or `has no value…`, with the way out where the cause is a common one. `expected` is a noun: `a whole number`. */
export function mismatch(expected: string, value: unknown): string {
  if (value === null || value === undefined) return `has no value; it must be ${expected}`;
  const kind = kindOf(value);
  return `must be ${expected}${expected.startsWith(kind) ? "" : `, not ${kind}`}${remedy(expected, value)}`;
}

function remedy(expected: string, value: unknown): string {
  if (expected.startsWith("text") && (typeof value === "number" || typeof value === "boolean")) {
    return ": put it in quotes";
  }
  if (typeof value !== "string") return "";
  if (/<%/.test(value)) return ": put !yaml before it, so that the result is read as YAML";
  if (/number|port/.test(expected) && /^-?[0-9]+(?:\.[0-9]+)?$/.test(value)) return ": leave out the quotes";
  if (expected === "true or false" && /^(?:true|false)$/i.test(value)) return ": leave out the quotes";
  if (expected === "true or false" && /^(?:yes|no|on|off|y|n)$/i.test(value)) return ": write true or false";
  if (expected.startsWith("a list")) return ": write [ ] around it";
  return "";
}
