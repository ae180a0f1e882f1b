/**
 * `ppm __complete -- WORDS…`: what the scripts of `ppm completions` ask while somebody types; the last word is the one that is not finished.
 * It answers at once or not at all, and never with an error: its answer appears in the middle of a command line.
 */
import { answerOf, leaveToShell } from "../completion/answer.ts";
import { findPlace, type Place } from "../completion/place.ts";
import type { Candidate, CompletionSource } from "../completion/source.ts";
import type { SourceContext } from "../completion/sources.ts";
import type { VerbShape } from "../completion/verb_shape.ts";
import verbShapes from "../completion/verb_shapes.json" with { type: "json" };
import { verbIndex } from "./global_flags.ts";
import type { Verb, VerbSummary } from "./help.ts";
import { verbShape, WITHOUT_VERB } from "./verb_shape.ts";

/** The shape of each verb, as the build has written it down; run from source, ppm asks the verb itself. */
const BUILT_SHAPES: Readonly<Record<string, VerbShape>> = verbShapes;

/** Whoever has pressed a key waits no longer, whatever it is that does not end: they can type on. */
const PATIENCE_MS = 2000;

/** What an answer is made of. */
export interface Completing {
  readonly verbs: readonly Verb[];
  /** Makes what sources of this machine work with. */
  look(): Promise<SourceContext>;
  /** What is known of verbs without loading them. @default {what the build has written down} */
  readonly shapes?: Readonly<Record<string, VerbShape>>;
}

/** Returns the lines of the answer. */
export async function complete(
  words: readonly string[],
  { verbs, look, shapes = BUILT_SHAPES }: Completing,
): Promise<readonly string[]> {
  try {
    const place = await placeOf(words, verbs, shapes);
    if (place.source === "files" || place.source === "directories") return leaveToShell(place.source);
    return answerOf(place, await candidatesOf(place.source, verbs, look));
  } catch {
    return []; // whatever keeps it from knowing is said by the verb itself, once it is run
  }
}

async function placeOf(
  words: readonly string[],
  verbs: readonly Verb[],
  shapes: Readonly<Record<string, VerbShape>>,
): Promise<Place> {
  const at = verbIndex(words);
  const name = words[at];
  if (name === undefined || at >= words.length - 1) return findPlace(words, WITHOUT_VERB);
  const verb = verbs.find((verb) => verb.name === name);
  const shape = name === "help"
    ? WITHOUT_VERB
    : verb && (shapes[name] ?? verbShape((await verb.load()).command));
  return findPlace(words.toSpliced(at, 1), shape ?? { ...WITHOUT_VERB, maximum: 0 });
}

async function candidatesOf(
  source: Exclude<CompletionSource, "files" | "directories">,
  verbs: readonly VerbSummary[],
  look: () => Promise<SourceContext>,
): Promise<readonly Candidate[]> {
  if (source === "verbs") {
    return [
      ...verbs.map(({ name, summary }) => ({ text: name, description: summary })),
      { text: "help", description: "Show help" },
    ];
  }
  if (typeof source !== "string") return source.map((text) => ({ text, description: "" }));
  const { lookUp } = await import("../completion/sources.ts");
  return await Promise.race([lookUp(source, await look()), nothingAfter(PATIENCE_MS)]);
}

/** A repository that does not answer is left behind with everything that waits for it: ppm ends. */
function nothingAfter(ms: number): Promise<readonly Candidate[]> {
  return new Promise((resolve) => AbortSignal.timeout(ms).addEventListener("abort", () => resolve([])));
}
