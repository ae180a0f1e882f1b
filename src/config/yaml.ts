/**
 * Reads the YAML files that people write for ppm: strictly, with a position for every key and value.
 *
 * A subset, on purpose: one document, one mapping at the top, keys that are names, core schema, no silent readings of numbers.
 * Problems name file, line and column and never repeat a value.
 */
import type { Position } from "./problems.ts";

/** The keys and list indexes that lead from the top of a document to a value. */
export type Path = readonly (string | number)[];

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
  /** Where the text itself begins, behind a quote or at the first line of a block. */
  readonly position: Position;
  /** Whether it is tagged `!yaml`. */
  readonly yaml: boolean;
}

/** A document that was read, and where everything in it stands. */
export interface YamlDocument {
  /** The file as the person knows it. */
  readonly file: string;
  /** Plain objects, arrays, strings, numbers, booleans, null, and {@linkcode YamlTemplate}. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Returns where the value at `path` begins, or the nearest value above it that was written. */
  position(path: Path): Position;
  /** Returns where the key that leads to `path` stands; for an item of a list, the item. */
  keyPosition(path: Path): Position;
  /** Every string value (not keys), in the order in which they are written. */
  readonly strings: readonly YamlString[];
}

/** How {@linkcode parseYaml} reads. */
export interface ParseYamlOptions {
  /** Whether scalars may be tagged `!yaml`. @default {false} */
  readonly templates?: boolean;
  /** What to write into the file, for one that is empty. */
  readonly emptyHint?: string;
}

/** Reads `source` as one YAML document with a mapping at its top. Throws {@linkcode InvalidError} with every problem that could be found. */
export function parseYaml(
  _source: string | Uint8Array,
  _file: string,
  _options: ParseYamlOptions = {},
): YamlDocument {
  throw new Error("unwritten");
}
