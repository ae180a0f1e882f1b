/** From a verb's description to what a shell has to know of it. Pure. */
import type { VerbShape } from "../completion/verb_shape.ts";
import type { Command, Flags } from "./command.ts";
import { flagName, GLOBAL_FLAGS, HELP_FLAG } from "./global_flags.ts";

/** Returns what can be typed after a verb. */
export function verbShape({ flags, positional }: Pick<Command, "flags" | "positional">): VerbShape {
  return {
    flags: flagShapes({ ...flags, ...GLOBAL_FLAGS, help: HELP_FLAG }),
    maximum: positional?.maximum ?? 0,
    words: positional?.complete ?? [],
  };
}

/** What can be typed where the verb is still missing; `help` takes the same. */
export const WITHOUT_VERB: VerbShape = verbShape({
  flags: {},
  positional: { placeholder: "VERB", brief: "", maximum: 1, complete: "verbs" },
});

function flagShapes(flags: Flags): VerbShape["flags"] {
  return Object.entries(flags).map(([name, flag]) => ({
    name: flagName(name),
    ...(flag.alias === undefined ? {} : { alias: flag.alias }),
    brief: flag.brief,
    value: flag.kind === "value" ? flag.complete ?? [] : null,
  }));
}
