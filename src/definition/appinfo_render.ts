/** Renders the strings of appinfo.yml that are templates, and reads the results of `!yaml`. */
import type { Problems } from "../config/problems.ts";
import {
  parseYamlValue,
  type Path,
  type YamlDocument,
  type YamlString,
  YamlTemplate,
} from "../config/yaml.ts";
import { InvalidError, type Problem } from "../errors.ts";
import type { TemplateContext } from "./definition.ts";
import type { Renderer } from "./renderer.ts";

/** What to render, and with what. */
export interface RenderRequest {
  readonly renderer: Renderer;
  readonly context: TemplateContext;
  /** The instance's key, for `passwordhash`. */
  readonly key: Uint8Array;
  /** The part of the document that is asked for. @default {[]} */
  readonly path?: Path;
  /** Keys at the top whose strings stay as they are. @default {[]} */
  readonly skip?: readonly string[];
}

/** The part that was asked for, rendered. What could not be rendered is a {@linkcode YamlTemplate} in it, and a problem. */
export interface RenderedValue {
  readonly value: unknown;
  /** Hashes that `passwordhash` made. */
  readonly hashes: readonly string[];
}

/** Whether `text` has to be rendered. */
function isTemplateText(text: string): boolean {
  return text.includes("<%");
}

/** Renders a part of `document`, in one call of the sandbox; strings without a template tag never go there. */
export async function renderValue(
  document: YamlDocument,
  request: RenderRequest,
  problems: Problems,
): Promise<RenderedValue> {
  const { path = [], skip = [] } = request;
  const wanted = (string: YamlString) => !skip.includes(String(string.path[0]));
  const texts = await renderTexts(document, stringsIn(document, path).filter(wanted), request, problems);
  const value = document.map((string) => {
    const text = wanted(string) && isTemplateText(string.text) ? texts.next() : string.text;
    if (text === undefined) return new YamlTemplate(string.text);
    return string.yaml && wanted(string) ? readResult(text, string, document, problems) : text;
  }, path);
  return { value, hashes: texts.hashes };
}

/** Returns the part of `document` that was asked for with every template left as a {@linkcode YamlTemplate}: for when nothing can be rendered. */
export function leaveTemplates(document: YamlDocument, path: Path = []): unknown {
  return document.map(
    (string) => string.yaml || isTemplateText(string.text) ? new YamlTemplate(string.text) : string.text,
    path,
  );
}

function stringsIn(document: YamlDocument, path: Path): readonly YamlString[] {
  const strings: YamlString[] = [];
  document.map((string) => strings.push(string), path);
  return strings;
}

async function renderTexts(
  document: YamlDocument,
  strings: readonly YamlString[],
  request: RenderRequest,
  problems: Problems,
) {
  const templates = strings.filter((string) => isTemplateText(string.text));
  const jobs = templates.map(({ text, position }) => ({ file: document.file, text, ...position }));
  const { renderer, context, key } = request;
  const outcomes = jobs.length === 0 ? [] : await renderer.render(jobs, context, { key });
  for (const [index, outcome] of outcomes.entries()) {
    if (!outcome.ok) problems.addAll(outcome.problems.map((problem) => indented(problem, templates[index]!)));
  }
  const texts = outcomes.map((outcome) => outcome.ok ? outcome.text : undefined).values();
  return {
    next: () => texts.next().value,
    hashes: outcomes.flatMap((outcome) => outcome.ok ? outcome.hashes : []),
  };
}

/** The sandbox knows where a text begins, but not that the lines of a block are indented. */
function indented(problem: Problem, { position, indent }: YamlString): Problem {
  if (problem.line === undefined || problem.line <= position.line || problem.column === undefined) {
    return problem;
  }
  return { ...problem, column: problem.column + indent };
}

/** Positions in a result are not those of the file, so its problems are reported where the template stands. */
function readResult(text: string, string: YamlString, document: YamlDocument, problems: Problems): unknown {
  if (text.trim() === "") {
    problems.add(document.file, document.position(string.path), "The result of !yaml is empty");
    return new YamlTemplate(string.text);
  }
  try {
    return parseYamlValue(text, document.file);
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    for (const { message, line = 1, column = 1 } of error.problems) {
      const where = text.includes("\n") ? `, line ${line}, column ${column}` : `, column ${column}`;
      problems.add(document.file, document.position(string.path), `The result of !yaml${where}: ${message}`);
    }
    return new YamlTemplate(string.text);
  }
}
