/** Turns the parser's events into a tree that knows where each key and value stands, and finds what the parser lets pass. */
import {
  type AliasEvent,
  type Event,
  EVENT_ID,
  getScalarValue,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
} from "js-yaml";
import { readPlainScalar } from "./yaml_scalars.ts";
import { hasInvisible } from "./yaml_text.ts";

/** A value, and the offset where it begins, its tag included. */
export type YamlNode = ScalarNode | ListNode | MappingNode;

/** A text, number, boolean or null. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly start: number;
  readonly value: string | number | boolean | null;
  /** Whether it is tagged `!yaml`. */
  readonly yaml: boolean;
  /** Where the text itself begins. */
  readonly textStart: number;
}

/** A list. */
export interface ListNode {
  readonly kind: "list";
  readonly start: number;
  readonly items: readonly YamlNode[];
}

/** A mapping, in the order in which it is written. */
export interface MappingNode {
  readonly kind: "mapping";
  readonly start: number;
  readonly entries: ReadonlyMap<string, YamlEntry>;
}

/** One key of a mapping, and its value. */
export interface YamlEntry {
  readonly keyStart: number;
  readonly node: YamlNode;
}

/** Notes a problem at an offset. */
export type Report = (offset: number, message: string) => void;

/** Aliases let a small file stand for a huge one ("billion laughs"); this counts what it would be, written out. */
const MAX_NODES = 20_000;
/** What the parser gives as an offset where there is none. */
const NONE = -1;

/** Composes the one document of `events`, parsed from `source`. `templates` allows the tag `!yaml`. */
export function composeYaml(
  events: readonly Event[],
  source: string,
  options: { templates: boolean; report: Report },
): YamlNode {
  return new Composer(events, source, options.templates, options.report).document();
}

class Composer {
  readonly #events: readonly Event[];
  readonly #source: string;
  readonly #templates: boolean;
  readonly #report: Report;
  readonly #anchors = new Map<string, YamlNode>();
  #next = 1;
  #nodes = 0;

  constructor(events: readonly Event[], source: string, templates: boolean, report: Report) {
    this.#events = events;
    this.#source = source;
    this.#templates = templates;
    this.#report = report;
  }

  document(): YamlNode {
    return this.#node(0);
  }

  /** Composes the next node; `fallback` is the offset to name for a value that is not written. */
  #node(fallback: number): YamlNode {
    this.#nodes++;
    const event = this.#events[this.#next++]!;
    switch (event.type) {
      case EVENT_ID.SCALAR:
        return this.#anchored(event, this.#scalar(event, fallback));
      case EVENT_ID.SEQUENCE:
        return this.#anchored(event, this.#list(event));
      case EVENT_ID.MAPPING:
        return this.#anchored(event, this.#mapping(event));
      case EVENT_ID.ALIAS:
        return this.#alias(event);
      default:
        throw new Error(`unexpected event ${event.type} from the YAML parser`);
    }
  }

  #scalar(event: ScalarEvent, fallback: number): YamlNode {
    const start = this.#startOf(event, fallback);
    const text = getScalarValue(this.#source, event);
    if (hasInvisible(text)) this.#report(start, "Cannot use a control character in a value");
    const tag = event.tagStart === NONE ? "" : this.#source.slice(event.tagStart, event.tagEnd);
    const yaml = this.#templates && tag === "!yaml";
    if (tag !== "" && tag !== "!" && tag !== "!!str" && !yaml) this.#report(start, this.#unknownTag());
    const textStart = Math.max(event.valueStart, start) + (isBlock(event) ? Math.max(event.indent, 0) : 0);
    if (tag !== "" || event.style !== SCALAR_STYLE.PLAIN) {
      return { kind: "scalar", start, value: text, yaml, textStart };
    }
    const plain = readPlainScalar(text);
    if ("value" in plain) return { kind: "scalar", start, value: plain.value, yaml, textStart };
    this.#report(start, plain.problem);
    return { kind: "scalar", start, value: text, yaml, textStart };
  }

  #list(event: SequenceEvent): YamlNode {
    const start = this.#startOf(event, event.start);
    this.#refuseTag(event, start);
    const items: YamlNode[] = [];
    while (!this.#atEnd()) items.push(this.#node(start));
    return { kind: "list", start, items };
  }

  #mapping(event: MappingEvent): YamlNode {
    const start = this.#startOf(event, event.start);
    this.#refuseTag(event, start);
    const entries = new Map<string, YamlEntry>();
    while (!this.#atEnd()) {
      const keyNode = this.#node(start);
      const node = this.#node(keyNode.start);
      const key = this.#key(keyNode);
      if (key === undefined) continue;
      if (entries.has(key)) this.#report(keyNode.start, `Cannot use the key "${key}" twice`);
      else entries.set(key, { keyStart: keyNode.start, node });
    }
    return { kind: "mapping", start, entries };
  }

  #key(node: YamlNode): string | undefined {
    if (node.kind !== "scalar") {
      this.#report(
        node.start,
        "Cannot use a list or mapping as a key (a value that begins with { or [ needs quotes)",
      );
    } else if (typeof node.value !== "string") {
      this.#report(node.start, "Cannot use a number, true, false or null as a key: quote it if it is a name");
    } else if (node.yaml) this.#report(node.start, "Cannot use !yaml for a key");
    else if (node.value === "" || /[\t\n\r]/.test(node.value)) {
      this.#report(node.start, "Cannot use a key that is empty or has a line break");
    } else if (node.value === "<<") {
      this.#report(node.start, "Cannot merge mappings with <<: write the keys out");
    } else if (node.value === "__proto__") this.#report(node.start, 'Cannot use the key "__proto__"');
    else return node.value;
    return undefined;
  }

  #alias(event: AliasEvent): YamlNode {
    const start = event.anchorStart - 1;
    const target = this.#anchors.get(this.#source.slice(event.anchorStart, event.anchorEnd));
    if (target === undefined) {
      this.#report(start, "Cannot find the anchor that is meant here: quote a value that begins with *");
      return { kind: "scalar", start, value: "", yaml: false, textStart: start };
    }
    const reported = this.#nodes > MAX_NODES;
    this.#nodes += countNodes(target, MAX_NODES - this.#nodes);
    if (this.#nodes <= MAX_NODES) return target;
    if (!reported) {
      this.#report(
        start,
        `Cannot follow the aliases: written out, there would be more than ${MAX_NODES} values`,
      );
    }
    return { kind: "scalar", start, value: "", yaml: false, textStart: start };
  }

  #anchored(event: ScalarEvent | SequenceEvent | MappingEvent, node: YamlNode): YamlNode {
    if (event.anchorStart !== NONE) {
      this.#anchors.set(this.#source.slice(event.anchorStart, event.anchorEnd), node);
    }
    return node;
  }

  #atEnd(): boolean {
    if (this.#events[this.#next]!.type !== EVENT_ID.POP) return false;
    this.#next++;
    return true;
  }

  #refuseTag(event: SequenceEvent | MappingEvent, start: number): void {
    if (event.tagStart === NONE) return;
    const isYaml = this.#templates && this.#source.slice(event.tagStart, event.tagEnd) === "!yaml";
    this.#report(
      start,
      isYaml ? "Cannot use !yaml before a list or mapping: it stands before text" : this.#unknownTag(),
    );
  }

  /** The tag itself is not repeated: it may be a password that nobody quoted. */
  #unknownTag(): string {
    const known = this.#templates ? "only !yaml is known" : "there are none here";
    return `Cannot use this tag: ${known}; quote a value that begins with !`;
  }

  #startOf(event: ScalarEvent | SequenceEvent | MappingEvent, fallback: number): number {
    if (event.tagStart !== NONE && event.anchorStart !== NONE) {
      return Math.min(event.tagStart, event.anchorStart - 1);
    }
    if (event.tagStart !== NONE) return event.tagStart;
    if (event.anchorStart !== NONE) return event.anchorStart - 1;
    return event.type === EVENT_ID.SCALAR ? this.#valueStart(event, fallback) : event.start;
  }

  /** The parser points behind an opening quote, and at the line after the `|` or `>` of a block. */
  #valueStart(event: ScalarEvent, fallback: number): number {
    if (event.valueStart === NONE) return fallback;
    if (event.style === SCALAR_STYLE.PLAIN) return event.valueStart;
    if (!isBlock(event)) return event.valueStart - 1;
    let lineStart = event.valueStart;
    while (/[\r\n]/.test(this.#source[lineStart - 1] ?? "")) lineStart--;
    while (/[^\r\n]/.test(this.#source[lineStart - 1] ?? "")) lineStart--;
    const header = this.#source.slice(lineStart, event.valueStart).trimEnd();
    return lineStart + Math.max(0, header.search(/[|>][-+1-9]{0,2}(?:[ \t]+#.*)?$/));
  }
}

function isBlock(event: ScalarEvent): boolean {
  return event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
}

/** Counts the nodes under `node`, itself included, as far as `limit` and one more. */
function countNodes(node: YamlNode, limit: number): number {
  let count = 1;
  const children = node.kind === "list"
    ? node.items
    : node.kind === "mapping"
    ? [...node.entries.values()].map((entry) => entry.node)
    : [];
  for (const child of children) {
    if (count > limit) break;
    count += countNodes(child, limit - count);
  }
  return count;
}
