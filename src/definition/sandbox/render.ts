/** Renders one template, inside the sandbox. */
import type { Problem } from "../../errors.ts";
import type { RenderJob, RenderOutcome } from "../renderer.ts";
import { compile, type Compiled, type Printer, withPrinter } from "./compile.ts";
import { parse, type Part } from "./parse.ts";
import { toText } from "./print.ts";
import { TemplateError } from "./template_error.ts";

const NO_FILES = "a template reads no other file";
const REPEATABLE = "the same values must give the same text";

/** What Eta or JavaScript have and templates do not, with the reason. */
const UNAVAILABLE: Readonly<Record<string, string>> = {
  include: NO_FILES,
  includeAsync: NO_FILES,
  layout: NO_FILES,
  block: NO_FILES,
  blockAsync: NO_FILES,
  Date: REPEATABLE,
  Promise: "a template is done when its last line is",
};

/** Returns the text of `job` with `it` as its data, at most `maxBytes` of it, or what is wrong. */
export function render(job: RenderJob, it: unknown, maxBytes: number): RenderOutcome {
  let compiled: Compiled | undefined;
  try {
    const parts = parse(job.text);
    const page = new Page(parts, maxBytes);
    const names = { it, output: (value: unknown) => page.print(value), ...unavailable() };
    compiled = compile(parts, Object.keys(names));
    compiled.run(withPrinter(names, page));
    return { ok: true, text: page.finish(), hashes: [] };
  } catch (error) {
    const { message, stack, offset } = describe(error);
    return { ok: false, problems: [toProblem(job, message, offset ?? compiled?.locate(stack))] };
  }
}

/** Collects what a template prints. */
class Page implements Printer {
  readonly #parts: readonly Part[];
  readonly #maxBytes: number;
  #text = "";
  #tooLong = false;

  constructor(parts: readonly Part[], maxBytes: number) {
    this.#parts = parts;
    this.#maxBytes = maxBytes;
  }

  text(part: number): void {
    const text = this.#parts[part];
    if (typeof text === "string") this.#add(text);
  }

  value(part: number, value: unknown): void {
    try {
      this.#add(toText(value));
    } catch (error) {
      const tag = this.#parts[part];
      if (!(error instanceof TemplateError) || typeof tag !== "object") throw error;
      throw new TemplateError(error.message, tag.codeStart);
    }
  }

  print(value: unknown): void {
    this.#add(toText(value));
  }

  /** Returns what was printed. Throws where that is too long, even if the template caught the error that said so. */
  finish(): string {
    if (this.#tooLong || new TextEncoder().encode(this.#text).length > this.#maxBytes) throw this.#excess();
    if (!this.#text.isWellFormed()) {
      throw new TemplateError("The text is no valid Unicode: it has half of a surrogate pair");
    }
    return this.#text;
  }

  #add(text: string): void {
    this.#tooLong ||= this.#text.length + text.length > this.#maxBytes;
    if (this.#tooLong) throw this.#excess();
    this.#text += text;
  }

  #excess(): TemplateError {
    return new TemplateError(`The text is longer than ${this.#maxBytes} bytes`);
  }
}

function unavailable(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(UNAVAILABLE).map(([name, reason]) => [name, function () {
      throw new TemplateError(`${name} is not available: ${reason}`);
    }]),
  );
}

/** What was thrown can be anything, also something that throws when it is looked at. */
function describe(error: unknown): { message: string; stack: string; offset: number | undefined } {
  try {
    if (!(error instanceof Error)) {
      return {
        message: typeof error === "string" ? oneLine(error) : "The template threw something that is no Error",
        stack: "",
        offset: undefined,
      };
    }
    const offset = error instanceof TemplateError ? error.offset : undefined;
    return { message: oneLine(String(error.message) || error.name), stack: String(error.stack), offset };
  } catch {
    return { message: "The template threw something that cannot be read", stack: "", offset: undefined };
  }
}

function oneLine(text: string): string {
  const line = text.split("\n", 1)[0]!;
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function toProblem(job: RenderJob, message: string, offset: number | undefined): Problem {
  const { line = 1, column = 1 } = job;
  if (offset === undefined) return { file: job.file, line, column, message };
  const lines = job.text.slice(0, offset).split("\n");
  const inLine = lines.at(-1)!.length;
  return {
    file: job.file,
    line: line + lines.length - 1,
    column: lines.length === 1 ? column + inLine : inLine + 1,
    message,
  };
}
