/** Makes a function of a template, in which every place of an error can be found again in the template. */
import { unmatchedBracket } from "./brackets.ts";
import type { Part, Tag } from "./parse.ts";
import { TemplateError } from "./template_error.ts";

/** What the function of a template calls. */
export interface Printer {
  /** Prints literal text. */
  text(part: number): void;
  /** Prints what the expression of a tag gave. */
  value(part: number, value: unknown): void;
}

/** A template that can be run. */
export interface Compiled {
  run(names: Readonly<Record<string, unknown>>): void;
  /** Where in the template's text an error of its code arose; undefined if the stack does not show it. */
  locate(stack: string): number | undefined;
}

/** The name of the printer in the code; the author of a template has no use for it. */
const PRINTER = "__ppm";

/** Names the code in stacks. */
const SOURCE_URL = "ppm-template";

/** `new Function` writes two lines before the body. */
const LINES_BEFORE = 2;

/** Not valid anywhere outside strings and comments, with a message that no other mistake gives. */
const SENTINEL = "0__0";

// V8 keeps 10 frames, and those of a template may stand below those of what it calls.
Error.stackTraceLimit = 50;

// Taken before lockdown() takes the name away.
const Compiler = Function;

/** Where the code of a tag stands in the generated code: its first line, from 1. */
interface Placed {
  readonly tag: Tag;
  readonly line: number;
}

/** Compiles the parts of a template, which may use `names`. Throws {@linkcode TemplateError} for a syntax error. */
export function compile(parts: readonly Part[], names: readonly string[]): Compiled {
  refuse(parts);
  const { code, placed } = generate(parts);
  let template: (...values: unknown[]) => void;
  try {
    template = translate(code, names);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unmatchedBracket(parts) ?? findSyntaxError(code, placed, names, error.message);
  }
  return {
    run: (values) => template(...names.map((name) => values[name]), values[PRINTER]),
    locate: (stack) => locate(placed, stack),
  };
}

/** Calls `run` of a compiled template with a printer among its values. */
export function withPrinter(
  values: Readonly<Record<string, unknown>>,
  printer: Printer,
): Readonly<Record<string, unknown>> {
  return { ...values, [PRINTER]: printer };
}

function translate(code: readonly string[], names: readonly string[]): (...values: unknown[]) => void {
  const body = [...code, `//# sourceURL=${SOURCE_URL}`].join("\n");
  return Compiler(...names, PRINTER, body) as (...values: unknown[]) => void;
}

/** One line for each literal; three or more for a tag, so that its own code begins a line and keeps its line ends. */
function generate(parts: readonly Part[]): { code: string[]; placed: Placed[] } {
  const code = ['"use strict";'];
  const placed: Placed[] = [];
  parts.forEach((part, index) => {
    if (typeof part === "string") return code.push(`${PRINTER}.text(${index});`);
    code.push(part.kind === "print" ? `${PRINTER}.value(${index},(` : "");
    placed.push({ tag: part, line: code.length + 1 });
    code.push(...part.code.split("\n"));
    code.push(part.kind === "print" ? "));" : "");
  });
  return { code, placed };
}

/** Code that is refused wherever it stands, also in strings and comments: what is a string to Eta may be code to JavaScript. */
const REFUSED = [
  // Modules are the one way past lockdown(): built-in ones can write to this process's output, npm's come from the network.
  [/\bimport\b/, "import is not available, not even as a word: a template has no modules"],
  [
    /\basync\b(?=\s*(?:function\b|\(|\*|\/[/*]|[\w$]+\s*(?:=>|\()))/,
    "async is not available: a template is done when its last line is",
  ],
] as const;

/** Refuses what would compile and yet cannot be meant. */
function refuse(parts: readonly Part[]): void {
  for (const part of parts) {
    if (typeof part === "string") continue;
    if (part.kind === "print" && part.code === "") {
      throw new TemplateError("There is nothing to print in this tag", part.start);
    }
    for (const [pattern, message] of REFUSED) {
      const found = pattern.exec(part.code);
      if (found !== null) throw new TemplateError(message, part.codeStart + found.index);
    }
  }
}

function locate(placed: readonly Placed[], stack: string): number | undefined {
  const frame = new RegExp(`${SOURCE_URL}(?:, <anonymous>)?:(\\d+):(\\d+)`).exec(stack);
  if (frame === null) return undefined;
  const line = Number(frame[1]) - LINES_BEFORE;
  const found = placed.findLast((each) => each.line <= line);
  if (found === undefined) return undefined;
  const lines = found.tag.code.split("\n");
  const before = lines.slice(0, line - found.line).join("\n").length + (line > found.line ? 1 : 0);
  const inTag = Math.min(before + Number(frame[2]) - 1, found.tag.code.length);
  return line - found.line < lines.length ? found.tag.codeStart + inTag : found.tag.start;
}

/**
 * V8 does not say where a syntax error is, only what. But it reports the first one: something that is surely wrong, put before a tag, is
 * reported if and only if the code up to there is right. Halving finds the tag.
 */
function findSyntaxError(
  code: readonly string[],
  placed: readonly Placed[],
  names: readonly string[],
  message: string,
): TemplateError {
  const isRightBefore = (line: number) =>
    reports([...code.slice(0, line - 1), SENTINEL, ...code.slice(line - 1)], names);
  let right = 0; // the code before the tag with this index is right
  let wrong = placed.length;
  while (wrong - right > 1) {
    const middle = (right + wrong) >> 1;
    if (isRightBefore(placed[middle]!.line - 1)) right = middle;
    else wrong = middle;
  }
  const { tag } = placed[right]!;
  return new TemplateError(explain(tag, message), tag.start);
}

function reports(code: readonly string[], names: readonly string[]): boolean {
  try {
    translate(code, names);
    return false;
  } catch (error) {
    return error instanceof Error && error.message === sentinelMessage();
  }
}

let knownMessage: string | undefined;

function sentinelMessage(): string {
  try {
    knownMessage ?? Compiler(SENTINEL);
  } catch (error) {
    knownMessage = error instanceof Error ? error.message : String(error);
  }
  return knownMessage ?? "";
}

function explain(tag: Tag, message: string): string {
  if (tag.code.startsWith("#")) return "Eta has no tag <%#: a comment is <%/* … */%>";
  if (tag.kind === "print" && /;\s*$/.test(tag.code)) {
    return "A tag that prints takes one expression: remove the semicolon";
  }
  if (tag.kind === "print" && /missing \)|__ppm|Unexpected token '[,;)]'/.test(message)) {
    return "This is not one complete expression";
  }
  return message.includes(PRINTER)
    ? "The code of this tag is not complete"
    : `Cannot understand this code: ${message}`;
}
