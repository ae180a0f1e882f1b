/** What a template may print: text, and what has one obvious text. */
import { TemplateError } from "./template_error.ts";

/** Returns the text of a value. Throws {@linkcode TemplateError} for everything that would give `undefined`, `NaN` or `[object Object]`. */
export function toText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
    case "bigint":
      return String(value);
    case "number":
      if (Number.isFinite(value)) return String(value);
  }
  throw new TemplateError(`This gives ${name(value)}, which cannot be printed${advice(value)}`);
}

function name(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number") return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  return Array.isArray(value) ? "a list" : value instanceof Promise ? "a promise" : "a mapping";
}

function advice(value: unknown): string {
  if (typeof value === "function") return ": call it";
  if (Array.isArray(value)) return ': join it, as in .join(" "), or use JSON.stringify()';
  if (typeof value === "object" && value !== null && !(value instanceof Promise)) {
    return ": use JSON.stringify(), or print one of its values";
  }
  return "";
}
