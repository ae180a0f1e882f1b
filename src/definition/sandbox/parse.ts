/**
 * Cuts a template into literal text and tags.
 *
 * Eta's own parser decides where a tag ends, so the language is Eta's. Its syntax tree has neither columns nor the template's line ends
 * (it turns CRLF into LF), so both are taken from the text itself, by walking it beside the tree.
 */
import { Eta } from "eta/core";
import { TemplateError } from "./template_error.ts";

/** A tag: code to run (`<% … %>`) or an expression to print (`<%= … %>`, `<%~ … %>`). */
export interface Tag {
  readonly kind: "run" | "print";
  readonly code: string;
  /** Where `<%` stands, and where the code begins; UTF-16 units from 0. */
  readonly start: number;
  readonly codeStart: number;
}

/** Literal text as it is to be printed, or a tag. */
export type Part = string | Tag;

const eta = new Eta({ autoEscape: false, autoTrim: false });
const OPENING = /<%(-|_)?\s*([=~])?\s*/y;
const CLOSING = /\s*(-|_)?%>/y;

/** Returns the parts of a template. Throws {@linkcode TemplateError} for a tag, string or comment that is not closed. */
export function parse(text: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  let trimStart: string | undefined;
  for (const node of syntaxTree(text)) {
    if (typeof node === "string") continue;
    const start = text.indexOf("<%", at);
    const opening = matchAt(OPENING, text, start);
    const codeStart = start + opening[0].length;
    const closing = matchAt(CLOSING, text, codeStart + node.val.length);
    parts.push(trim(text.slice(at, start), trimStart, opening[1]));
    parts.push({ kind: opening[2] === undefined ? "run" : "print", code: node.val, start, codeStart });
    at = codeStart + node.val.length + closing[0].length;
    trimStart = closing[1];
  }
  parts.push(trim(text.slice(at), trimStart, undefined));
  return parts.filter((part) => part !== "");
}

function syntaxTree(text: string): ReturnType<Eta["parse"]> {
  try {
    return eta.parse(text);
  } catch (error) {
    const found = /^(.+?) at line (\d+) col (\d+):/.exec(error instanceof Error ? error.message : "");
    if (found === null) throw error;
    throw new TemplateError(explain(found[1]!), offsetOf(text, Number(found[2]), Number(found[3])));
  }
}

function explain(reason: string): string {
  switch (reason) {
    case "unclosed string":
      return "This quote is never closed. Eta takes every quote inside a tag for the begin of a string, " +
        "in // comments and regular expressions too: use /* */ there, or \\x27, \\x22, \\x60";
    case "unclosed comment":
      return "This comment is never closed with */";
    default:
      return "This tag is never closed with %>";
  }
}

/** Where a line and column, both from 1, stand in a text. */
function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let each = 1; each < line; each++) start = text.indexOf("\n", start) + 1;
  return start + column - 1;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) throw new TemplateError("This tag cannot be understood", at);
  return match;
}

/** `-` takes one line end, `_` all white space, on the side of the tag where it stands. */
function trim(text: string, start: string | undefined, end: string | undefined): string {
  let trimmed = text;
  if (start === "-") trimmed = trimmed.replace(/^(?:\r\n|\n|\r)/, "");
  if (start === "_") trimmed = trimmed.trimStart();
  if (end === "-") trimmed = trimmed.replace(/(?:\r\n|\n|\r)$/, "");
  if (end === "_") trimmed = trimmed.trimEnd();
  return trimmed;
}
