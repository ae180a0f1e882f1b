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
import { countNodes, type ScalarNode, type YamlEntry, type YamlNode } from "./yaml_nodes.ts";
import { indentOf, type NodeEvent, NONE, startOf } from "./yaml_offsets.ts";
import { readPlainScalar } from "./yaml_scalars.ts";
import { hasInvisible } from "./yaml_text.ts";

/** Notes a problem at an offset. */
export type Report = (offset: number, message: string) => void;

/** Aliases let a small file stand for a huge one ("billion laughs"); this counts what it would be, written out. */
const MAX_NODES = 20_000;

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
    const start = startOf(event, this.#source, fallback);
    const text = getScalarValue(this.#source, event);
    if (hasInvisible(text)) this.#report(start, "Cannot use a control character in a value");
    const tag = event.tagStart === NONE ? "" : this.#source.slice(event.tagStart, event.tagEnd);
    const yaml = this.#templates && tag === "!yaml";
    if (tag !== "" && tag !== "!" && tag !== "!!str" && !yaml) this.#report(start, this.#unknownTag());
    const indent = indentOf(event);
    const node = {
      kind: "scalar",
      start,
      yaml,
      textStart: Math.max(event.valueStart, start) + indent,
      indent,
    } as const;
    if (tag !== "" || event.style !== SCALAR_STYLE.PLAIN) return { ...node, value: text };
    const plain = readPlainScalar(text);
    if ("value" in plain) return { ...node, value: plain.value };
    this.#report(start, plain.problem);
    return { ...node, value: text };
  }

  #list(event: SequenceEvent): YamlNode {
    const start = startOf(event, this.#source, event.start);
    this.#refuseTag(event, start);
    const items: YamlNode[] = [];
    while (!this.#atEnd()) items.push(this.#node(start));
    return { kind: "list", start, items };
  }

  #mapping(event: MappingEvent): YamlNode {
    const start = startOf(event, this.#source, event.start);
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
      return nothingAt(start);
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
    return nothingAt(start);
  }

  #anchored(event: NodeEvent, node: YamlNode): YamlNode {
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
}

/** Stands for what could not be composed, and was reported. */
function nothingAt(start: number): ScalarNode {
  return { kind: "scalar", start, value: null, yaml: false, textStart: start, indent: 0 };
}
