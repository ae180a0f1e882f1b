/**
 * Reads the YAML files that people write for ppm: strictly, with a position for every key and value.
 *
 * A subset, on purpose: one document, one mapping at the top, keys that are names, core schema, no silent readings of numbers.
 * Problems name file, line and column and never repeat a value.
 */
import { type Event, EVENT_ID, parseEvents, YAMLException } from "js-yaml";
import { InvalidError, type Problem } from "../errors.ts";
import { type Position, Problems } from "./problems.ts";
import { composeYaml } from "./yaml_composer.ts";
import type { ScalarNode, YamlNode } from "./yaml_nodes.ts";
import { decodeText, Lines } from "./yaml_text.ts";

/** The keys and list indexes that lead from the top of a document to a value. */
export type Path = readonly (string | number)[];

/** A mapping as it was read. */
export type Mapping = Readonly<Record<string, unknown>>;

/** Whether `value` is a mapping of a document. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof YamlTemplate);
}

/** The text of a scalar tagged `!yaml`: a template whose result is to be read as YAML. */
export class YamlTemplate {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** One string of a document that may be a template. */
export interface YamlString {
  readonly path: Path;
  readonly text: string;
  /** Where the text itself begins: behind a quote, or at the first line of a block. */
  readonly position: Position;
  /** What its further lines are indented by. */
  readonly indent: number;
  /** Whether it is tagged `!yaml`. */
  readonly yaml: boolean;
}

/** How {@linkcode parseYaml} reads. */
export interface ParseYamlOptions {
  /** Whether scalars may be tagged `!yaml`. @default {false} */
  readonly templates?: boolean;
  /** What to write into the file, for one that is empty. */
  readonly emptyHint?: string;
}

/** Deeper than any honest file; the parser recurses. */
const MAX_DEPTH = 32;

/** Reads `source` as one YAML document with a mapping at its top. Throws {@linkcode InvalidError} with every problem that could be found. */
export function parseYaml(
  source: string | Uint8Array,
  file: string,
  options: ParseYamlOptions = {},
): YamlDocument {
  const read = readDocument(decodeText(source, file), file, options);
  const { root, lines } = read;
  if (root.kind !== "mapping") {
    const message = 'Cannot read the file: it must be a mapping, lines like "key: value"';
    throw new InvalidError([{ file, ...lines.position(root.start), message }]);
  }
  return new YamlDocument(file, read);
}

/** Reads the result of a `!yaml` template, any kind of value. Throws {@linkcode InvalidError} whose positions are those in `text`. */
export function parseYamlValue(text: string, file: string): unknown {
  return buildValue(readDocument(decodeText(text, file), file, {}).root, [], (node) => node.value);
}

/** A document that was read, in parts. */
interface ReadDocument {
  readonly root: YamlNode;
  readonly lines: Lines;
  readonly templates: boolean;
}

function readDocument(text: string, file: string, options: ParseYamlOptions): ReadDocument {
  const { templates = false } = options;
  const events = readEvents(text, file);
  if (isEmpty(events)) {
    throw new InvalidError(
      [{ file, message: "Cannot read an empty file" }],
      options.emptyHint === undefined ? {} : { hint: options.emptyHint },
    );
  }
  const lines = new Lines(text);
  const second = events.findIndex((event, index) => index > 0 && event.type === EVENT_ID.DOCUMENT);
  if (second > 0) {
    const mark = [...text.matchAll(/^---(?=\s|$)/gm)].at(-1)?.index ?? 0;
    throw new InvalidError([{
      file,
      ...lines.position(mark),
      message: "Cannot read a second document: remove the line ---",
    }]);
  }
  const problems = new Problems();
  const root = composeYaml(events, text, {
    templates,
    report: (offset, message) => problems.add(file, lines.position(offset), message),
  });
  problems.throwIfAny();
  return { root, lines, templates };
}

/** A document that was read, and where everything in it stands. */
export class YamlDocument {
  /** The file as the person knows it. */
  readonly file: string;
  /** Plain objects, arrays, strings, numbers, booleans, null, and {@linkcode YamlTemplate}. */
  readonly value: Mapping;
  readonly #lines: Lines;
  readonly #root: YamlNode;
  readonly #templates: boolean;

  constructor(file: string, { root, lines, templates }: ReadDocument) {
    this.file = file;
    this.#lines = lines;
    this.#root = root;
    this.#templates = templates;
    const value = this.map((string) => string.yaml ? new YamlTemplate(string.text) : string.text);
    if (!isMapping(value)) throw new Error(`${file} was read although it is no mapping`);
    this.value = value;
  }

  /** Returns where the value at `path` begins, or the nearest value above it that was written. */
  position(path: Path): Position {
    return this.#lines.position(this.#find(path).node.start);
  }

  /** Returns where the key that leads to `path` stands; for an item of a list, the item; for what was not written, the nearest thing above. */
  keyPosition(path: Path): Position {
    return this.#lines.position(this.#find(path).keyStart);
  }

  /** Returns the template, or other text, at `path`; undefined where there is none, and in a file without templates. */
  templateAt(path: Path): string | undefined {
    const { node, depth } = this.#find(path);
    return this.#templates && depth === path.length && node.kind === "scalar" &&
        typeof node.value === "string"
      ? node.value
      : undefined;
  }

  /** Returns the value at `path` with `transform` applied to every string value in it (not to keys), in the order in which they are written. */
  map(transform: (string: YamlString) => unknown, path: Path = []): unknown {
    const { node, depth } = this.#find(path);
    if (depth < path.length) return undefined;
    return buildValue(node, path, (scalar, path) => {
      if (typeof scalar.value !== "string") return scalar.value;
      return transform({
        path,
        text: scalar.value,
        position: this.#lines.position(scalar.textStart),
        indent: scalar.indent,
        yaml: scalar.yaml,
      });
    });
  }

  #find(path: Path): { node: YamlNode; keyStart: number; depth: number } {
    let node = this.#root;
    let keyStart = node.start;
    let depth = 0;
    for (const step of path) {
      const entry = node.kind === "mapping" ? node.entries.get(String(step)) : undefined;
      const child = node.kind === "list" ? node.items[Number(step)] : entry?.node;
      if (child === undefined) break;
      node = child;
      keyStart = entry?.keyStart ?? child.start;
      depth++;
    }
    return { node, keyStart, depth };
  }
}

function buildValue(node: YamlNode, path: Path, scalar: (node: ScalarNode, path: Path) => unknown): unknown {
  if (node.kind === "scalar") return scalar(node, path);
  if (node.kind === "list") {
    return node.items.map((item, index) => buildValue(item, [...path, index], scalar));
  }
  return Object.fromEntries(
    Array.from(node.entries, ([key, entry]) => [key, buildValue(entry.node, [...path, key], scalar)]),
  );
}

function readEvents(text: string, file: string): readonly Event[] {
  try {
    return parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new InvalidError([syntaxProblem(error, text, file)]);
  }
}

/** Some of the parser's reasons end in a piece of the file, which may be a password that nobody quoted. */
function syntaxProblem(error: YAMLException, text: string, file: string): Problem {
  const { line, column, position } = error.mark ?? { line: 0, column: 0, position: 0 };
  const reason = explain(error.reason, text.slice(position - column, position + 1));
  return { file, line: line + 1, column: column + 1, message: `Cannot read YAML: ${reason}` };
}

/** Says more than the parser does, where the usual cause is another than it thinks; `line` ends with what it met. */
function explain(reason: string, line: string): string {
  const short = reason.replace(/: .*$/s, "").replace(/ ?".*"/s, "");
  if (short === "deficient indentation") return `${short}, or a quote or bracket above is never closed`;
  if (/\btag\b/.test(short)) return `${short}; quote a value that begins with !`;
  if (/\b(?:alias|anchor)\b/.test(short)) return `${short}; quote a value that begins with * or &`;
  if (short !== "bad indentation of a mapping entry") return short;
  if (/:\s.*:$/.test(line)) return 'a value with ": " in it needs quotes';
  const found = /[@`%]$/.exec(line);
  return found === null
    ? `${short}, or something behind the end of a value`
    : `a value that begins with ${found[0]} needs quotes`;
}

function isEmpty(events: readonly Event[]): boolean {
  const first = events[1];
  return first === undefined || first.type === EVENT_ID.SCALAR && first.valueStart === -1;
}
