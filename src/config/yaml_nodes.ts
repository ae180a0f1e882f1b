/** The tree of a YAML document, whose nodes know where they stand. */

/** A value, and the offset where it begins, its tag included. */
export type YamlNode = ScalarNode | ListNode | MappingNode;

/** A text, number, boolean or null. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly start: number;
  readonly value: string | number | boolean | null;
  /** Whether it is tagged `!yaml`. */
  readonly yaml: boolean;
  /** Where the text itself begins: behind a quote, or in the first line of a block. */
  readonly textStart: number;
  /** What each further line of a block is indented by; 0 for what is no block. */
  readonly indent: number;
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

/** Counts the nodes under `node`, itself included, as far as `limit` and one more. */
export function countNodes(node: YamlNode, limit: number): number {
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
