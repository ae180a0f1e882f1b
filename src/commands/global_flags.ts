/** The options that every verb takes, after the verb or before it. */
import { UserError } from "../errors.ts";
import type { Flags, Switch } from "./command.ts";

export const GLOBAL_FLAGS = {
  config: {
    kind: "value",
    placeholder: "FILE",
    brief: "Read this file instead of ~/config.yml",
    complete: "files",
    parse: String,
  },
  verbose: { kind: "switch", alias: "v", brief: "Show each command before it runs" },
  quiet: { kind: "switch", alias: "q", brief: "Show only results, warnings and errors" },
  noColor: { kind: "switch", brief: "Use no colour (as does the variable NO_COLOR)" },
} as const satisfies Flags;

/** What cli.ts answers itself, for every verb. */
export const HELP_FLAG = { kind: "switch", alias: "h", brief: "Show help" } as const satisfies Switch;

/**
 * Brings options that stand before the verb behind it, where each verb's own parser checks them: `-v setup` → `setup -v`.
 * What follows the first word stays as it is.
 */
export function verbFirst(args: readonly string[]): readonly string[] {
  const at = verbIndex(args);
  const verb = args[at];
  if (verb === undefined && args.length > 0) {
    throw new UserError(`Cannot run "ppm ${args.join(" ")}": the verb is missing`, {
      exit: "usage",
      hint: "See: ppm help",
    });
  }
  return verb === undefined ? [] : [verb, ...args.slice(0, at), ...args.slice(at + 1)];
}

/** Returns where the verb stands, or would stand: behind the options that come first. */
export function verbIndex(args: readonly string[]): number {
  let at = 0;
  while (args[at]?.startsWith("-")) at += args[at] === "--config" ? 2 : 1;
  return at;
}

/** Returns a flag as it is typed, without the dashes: `dryRun` → `dry-run`. */
export function flagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
