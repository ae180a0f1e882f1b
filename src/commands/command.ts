/** What a verb of ppm is: one file under `commands/` that exports one of these, listed in the table of `verbs.ts`. */
import type { CompletionSource } from "../completion/source.ts";
import type { ExitName } from "../errors.ts";
import type { Clock } from "../host/clock.ts";
import type { ReadSystem, System } from "../host/system.ts";
import type { Plugin } from "../plugins/plugin.ts";
import type { Output } from "../ui/output.ts";

/** An option that is there or not. */
export interface Switch {
  readonly kind: "switch";
  readonly brief: string;
  /** One letter: `-f`. */
  readonly alias?: string;
}

/** An option with a value. */
export interface ValueFlag<T> {
  readonly kind: "value";
  readonly brief: string;
  /** What stands for the value in help: `FILE`. */
  readonly placeholder: string;
  readonly alias?: string;
  /** What a shell offers for the value. @default {nothing} */
  readonly complete?: CompletionSource;
  /** Returns the value; throws an Error that says what was expected. */
  parse(text: string): T;
}

/** The options of a command, by name in camelCase: `dryRun` is typed as `--dry-run`. */
export type Flags = Readonly<Record<string, Switch | ValueFlag<unknown>>>;

/** What became of the options on the command line; a value that was not given is undefined. */
export type FlagValues<F extends Flags> = { readonly [Name in keyof F]: FlagValue<F[Name]> };

type FlagValue<F> = F extends ValueFlag<infer T> ? T | undefined : boolean;

/** The words after the options. */
export interface Positional {
  readonly placeholder: string;
  readonly brief: string;
  readonly maximum: number;
  /** What a shell offers for each of them. @default {nothing} */
  readonly complete?: CompletionSource;
}

/** What a command is given besides its options. */
export interface Context<S extends ReadSystem = System> {
  readonly system: S;
  readonly output: Output;
  readonly clock: Clock;
  /** What `--config` named, as it was typed. */
  readonly configFile: string | undefined;
  /** Every plugin that this ppm knows. Loaded when asked for: most verbs need none. */
  readonly plugins: () => Promise<readonly Plugin[]>;
}

/** An invocation of ppm and what it is good for. */
export interface Example {
  readonly command: string;
  readonly meaning: string;
}

interface CommandBase<F extends Flags> {
  /** What it does, for somebody who reads it for the first time: paragraphs, without line breaks of their own. */
  readonly help: readonly string[];
  readonly examples: readonly [Example, ...Example[]];
  readonly flags: F;
  readonly positional?: Positional;
  /** Whether root may run it. What works on an application belongs to the application's user. */
  readonly asRoot: boolean;
}

/** A verb that only looks: the machine it is given cannot be changed. */
export interface LookingCommand<F extends Flags = Flags> extends CommandBase<F> {
  readonly changes: false;
  run(context: Context<ReadSystem>, flags: FlagValues<F>, ...words: readonly string[]): Promise<ExitName>;
}

/** A verb that changes something. */
export interface ChangingCommand<F extends Flags = Flags> extends CommandBase<F> {
  readonly changes: true;
  run(context: Context, flags: FlagValues<F>, ...words: readonly string[]): Promise<ExitName>;
}

export type Command = LookingCommand | ChangingCommand;

/** Checks a looking command's options against what it does with them. */
export function lookingCommand<const F extends Flags>(
  command: Omit<LookingCommand<F>, "changes">,
): LookingCommand {
  return { ...command, changes: false };
}

/** Checks a changing command's options against what it does with them. */
export function changingCommand<const F extends Flags>(
  command: Omit<ChangingCommand<F>, "changes">,
): ChangingCommand {
  return { ...command, changes: true };
}

/** `--json`, for every verb that has something to read. */
export const JSON_FLAG: Switch = { kind: "switch", brief: "Print the result as JSON" };

/** `--dry-run`, for every verb that changes something. */
export const DRY_RUN_FLAG: Switch = { kind: "switch", brief: "Show what would be done, and do nothing" };
