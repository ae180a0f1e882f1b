/** What can be typed after a verb, as data: the build writes it down for every verb, so that completing an option loads none of them. */
import type { CompletionSource } from "./source.ts";

/** An option. */
export interface FlagShape {
  /** As it is typed, without the dashes: `dry-run`. */
  readonly name: string;
  /** One letter. */
  readonly alias?: string;
  readonly brief: string;
  /** What a shell offers for its value; null: it takes none. */
  readonly value: CompletionSource | null;
}

/** A verb: its options, and the words that it takes. */
export interface VerbShape {
  readonly flags: readonly FlagShape[];
  /** How many words it takes. */
  readonly maximum: number;
  /** What a shell offers for each of them. */
  readonly words: CompletionSource;
}
