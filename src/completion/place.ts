/** What the word that is being typed can become: an option, or a value of some source. Pure. */
import type { CompletionSource } from "./source.ts";
import type { FlagShape, VerbShape } from "./verb_shape.ts";

/** Where on the command line somebody is typing. */
export interface Place {
  /** The options that can still be given, where one can begin here. */
  readonly flags: readonly FlagShape[];
  /** What else can stand here. */
  readonly source: CompletionSource;
  /** What of the word is settled already and stands before each candidate: `--config=`. */
  readonly lead: string;
  /** The rest of the word, which candidates begin with. */
  readonly typed: string;
  /** Words that were given already, and are not offered again. */
  readonly taken: readonly string[];
}

/** Returns where the last of `words` is being typed; the words before it stand after the verb of this shape, itself left out. */
export function findPlace(words: readonly string[], shape: VerbShape): Place {
  const typed = words.at(-1) ?? "";
  const { given, taken, open, ended } = readWords(words.slice(0, -1), shape);
  const place = { flags: [], source: [], lead: "", typed, taken };
  if (open !== undefined) return { ...place, source: open.value ?? [] };
  const flags = shape.flags.filter((flag) => !given.has(flag));
  if (typed.startsWith("-") && !ended) {
    const [name, value] = splitValue(typed);
    if (value === undefined) return { ...place, flags };
    const source = named(shape, name).at(-1)?.value ?? [];
    return { ...place, source, lead: typed.slice(0, typed.length - value.length), typed: value };
  }
  if (taken.length < shape.maximum) return { ...place, source: shape.words };
  return ended ? place : { ...place, flags };
}

interface Read {
  readonly given: ReadonlySet<FlagShape>;
  readonly taken: readonly string[];
  /** The option whose value comes next. */
  readonly open: FlagShape | undefined;
  /** Whether `--` has ended the options. */
  readonly ended: boolean;
}

function readWords(words: readonly string[], shape: VerbShape): Read {
  const given = new Set<FlagShape>();
  const taken: string[] = [];
  let open: FlagShape | undefined;
  let ended = false;
  for (const word of words) {
    if (open !== undefined) open = undefined;
    else if (ended || !/^-./.test(word)) taken.push(word);
    else if (word === "--") ended = true;
    else {
      const [name, value] = splitValue(word);
      const flags = named(shape, name);
      for (const flag of flags) given.add(flag);
      const last = flags.at(-1);
      if (value === undefined && last !== undefined && last.value !== null) open = last;
    }
  }
  return { given, taken, open, ended };
}

/** Returns the options that a word names: `--lines`, `-n`, `-fn`. */
function named({ flags }: VerbShape, word: string): readonly FlagShape[] {
  if (word.startsWith("--")) return flags.filter(({ name }) => `--${name}` === word);
  return [...word.slice(1)].flatMap((letter) => flags.filter(({ alias }) => alias === letter));
}

/** `--config=x` → `--config`, `x`; without a value, it is undefined. */
function splitValue(word: string): readonly [string, string | undefined] {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
