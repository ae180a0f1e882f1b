/**
 * Reads the text of a state file: of YAML, the form that ppm writes and nothing else. A line is a key, an item, or both; blocks are indented
 * by two; a value is on one line. So there are no anchors, aliases, tags, documents or long texts, nothing is read twice, and the time that a
 * hostile file takes grows with its length alone. What is read means the same to every YAML 1.2 parser.
 */
import { readPlainScalar } from "../config/yaml_scalars.ts";
import { hasInvisible } from "../config/yaml_text.ts";
import { MAX_STATE_DEPTH } from "../definition/state_limits.ts";

/** Why a state file does not count: a predicate, safe to print. */
export class StateFault extends Error {
  override name = "StateFault";
}

/** How deep a state file can be: `state` stands in the mapping that is all of it. */
const MAX_DEPTH = MAX_STATE_DEPTH + 1;

/** What a plain scalar cannot begin with. */
const NOT_PLAIN = /^(?:$|[,[\]{}#&*!|>'"%@` ]|[-?:](?: |$))/;

const SINGLE_QUOTED = /^'(?:[^']|'')*'/;
/** With the escapes that a line without control characters can need: no-break spaces have one. */
const DOUBLE_QUOTED = /^"(?:[^"\\]|\\["\\_])*"/;

/** Short texts that were understood, keys above all: in a thousand files most are the same ones. */
const KNOWN = new Map<string, string>();
const KNOWN_MOST = 4096;
/** A longer part of a text keeps V8 from letting go of the whole (SlicedString::kMinLength is 13). */
const KNOWN_LONGEST = 12;
/** What most of the others are, found by one look: of these all that is below would say the same. */
const WORDS =
  /^(?!(?:null|Null|NULL|true|True|TRUE|false|False|FALSE)$)[A-Za-z/][\w./@-]*(?:[: ]\w[\w./@-]*)*$/;
const SHORT_NUMBER = /^[1-9][0-9]{0,14}$/;

/** Returns what the text of a state file says: plain data, in which each text is one line without control characters. Throws {@linkcode StateFault}, which names the line. */
export function parseStateText(text: string): unknown {
  const hidden = hasInvisible(text) || /[\t\r]/.test(text);
  if (hidden) throw new StateFault("has a character that cannot be seen");
  if (/^(?:---|\.\.\.)(?: |$)/m.test(text)) {
    throw new StateFault("marks the beginning or the end of a document");
  }
  return new Reader(text).document();
}

type Scalar = string | number | boolean | null;

interface Line {
  /** From 1. */
  readonly number: number;
  indent: number;
  text: string;
}

class Reader {
  readonly #lines: readonly Line[];
  #at = 0;

  constructor(text: string) {
    const lines: Line[] = [];
    for (let number = 1, start = 0; start < text.length; number++) {
      const at = text.indexOf("\n", start);
      const end = at < 0 ? text.length : at;
      let indented = start;
      while (indented < end && text[indented] === " ") indented++;
      if (end > start && text[start] !== "#") {
        lines.push({ number, indent: indented - start, text: text.slice(indented, end) });
      }
      start = end + 1;
    }
    this.#lines = lines;
  }

  document(): unknown {
    const value = this.#lines.length === 0 ? undefined : this.#block(0, 0);
    if (value === undefined) throw new StateFault("is empty");
    if (this.#at < this.#lines.length) this.#refuse();
    return value;
  }

  /** Reads the list or mapping whose lines begin at `indent`. */
  #block(indent: number, depth: number): unknown {
    if (depth >= MAX_DEPTH) this.#refuse("is too deep");
    const line = this.#line(indent);
    if (line === undefined) return this.#refuse();
    return isItem(line.text) ? this.#list(indent, depth) : this.#mapping(indent, depth);
  }

  #list(indent: number, depth: number): readonly unknown[] {
    const items: unknown[] = [];
    for (let line = this.#line(indent); line !== undefined; line = this.#line(indent)) {
      if (!isItem(line.text)) this.#refuse();
      line.indent += 2;
      line.text = line.text.slice(2);
      const isBlock = isItem(line.text) || splitEntry(line.text) !== undefined;
      items.push(isBlock ? this.#block(indent + 2, depth + 1) : this.#scalar(line.text));
    }
    return items;
  }

  #mapping(indent: number, depth: number): Readonly<Record<string, unknown>> {
    const entries: Record<string, unknown> = {};
    for (let line = this.#line(indent); line !== undefined; line = this.#line(indent)) {
      const [written, value] = splitEntry(line.text) ?? this.#refuse();
      const key = parseScalar(written);
      if (typeof key !== "string" || key === "__proto__") return this.#refuse("has a key that is no name");
      if (Object.hasOwn(entries, key)) this.#refuse("has a key for the second time");
      if (value !== undefined) entries[key] = this.#scalar(value);
      else {
        this.#at++;
        entries[key] = this.#block(indent + 2, depth + 1);
      }
    }
    return entries;
  }

  #scalar(text: string): unknown {
    const value = text === "[]" ? [] : text === "{}" ? {} : parseScalar(text);
    if (value === undefined) this.#refuse();
    this.#at++;
    return value;
  }

  /** Returns the next line if it belongs to the block at `indent`; one that is indented further belongs to none. */
  #line(indent: number): Line | undefined {
    const line = this.#lines[this.#at];
    if (line !== undefined && line.indent > indent) this.#refuse();
    return line?.indent === indent ? line : undefined;
  }

  #refuse(why = "is not as ppm writes it"): never {
    const line = this.#lines[Math.min(this.#at, this.#lines.length - 1)];
    throw new StateFault(`is wrong: line ${line?.number} ${why}`);
  }
}

function isItem(text: string): boolean {
  return text.startsWith("- ");
}

/** Splits `key: value`; the value of `key:` stands on the lines below. Returns undefined for what is no entry of a mapping. */
function splitEntry(text: string): readonly [key: string, value: string | undefined] | undefined {
  const quoted = quotedPart(text);
  const found = quoted === undefined ? text.indexOf(": ") : quoted.length;
  const end = found >= 0 ? found : text.length - 1;
  if (text[end] !== ":") return undefined;
  if (end === text.length - 1) return [text.slice(0, end), undefined];
  return text[end + 1] === " " ? [text.slice(0, end), text.slice(end + 2)] : undefined;
}

/** Returns the quoted scalar that `text` begins with, quotes included. */
function quotedPart(text: string): string | undefined {
  if (text.startsWith("'")) return SINGLE_QUOTED.exec(text)?.[0];
  return text.startsWith('"') ? DOUBLE_QUOTED.exec(text)?.[0] : undefined;
}

/** Returns what a scalar means; undefined for what is none. */
function parseScalar(text: string): Scalar | undefined {
  if (text.length > KNOWN_LONGEST) return understand(text);
  const known = KNOWN.get(text);
  if (known !== undefined) return known;
  const value = understand(text);
  if (typeof value === "string" && KNOWN.size < KNOWN_MOST) KNOWN.set(text, value);
  return value;
}

function understand(text: string): Scalar | undefined {
  if (WORDS.test(text)) return text;
  if (SHORT_NUMBER.test(text)) return Number(text);
  const quoted = quotedPart(text);
  if (quoted !== undefined) {
    if (quoted !== text) return undefined;
    const inner = text.slice(1, -1);
    return text.startsWith("'")
      ? inner.replaceAll("''", "'")
      : inner.replace(/\\(.)/g, (_, escaped) => escaped === "_" ? "\xa0" : escaped);
  }
  if (!isPlain(text)) return undefined;
  const plain = readPlainScalar(text);
  return "value" in plain ? plain.value : undefined;
}

/** A colon or a number sign next to a space would be something else. */
function isPlain(text: string): boolean {
  return !NOT_PLAIN.test(text) && !text.includes(": ") && !text.includes(" #") && !text.endsWith(":") &&
    !text.endsWith(" ");
}
