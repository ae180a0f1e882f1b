/** Reads a verb's command line, with stricli, and says what is wrong with it in ppm's words. */
import {
  buildApplication,
  buildCommand,
  type CommandContext,
  formatMessageForArgumentScannerError,
  run,
  text_en,
  type TypedCommandParameters,
} from "@stricli/core";
import { UserError } from "../errors.ts";
import { suggest } from "../suggest.ts";
import type { Command, Flags } from "./command.ts";
import { flagName, GLOBAL_FLAGS } from "./global_flags.ts";

/** What was typed after the verb. */
export interface Arguments {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
}

/** Reads `inputs`, the arguments after `verb`. Throws a {@linkcode UserError} (exit code 2) for whatever `command` does not know. */
export async function parseArguments(
  verb: string,
  command: Command,
  inputs: readonly string[],
): Promise<Arguments> {
  const flags = { ...GLOBAL_FLAGS, ...command.flags };
  let result: Arguments | undefined;
  let complaint = "";
  const application = buildApplication(
    buildCommand({
      func: (values: Record<string, unknown>, ...words: readonly string[]) => {
        result = { flags: withSwitches(flags, values), words };
      },
      parameters: toParameters(command, flags),
      docs: { brief: verb },
    }),
    {
      name: `ppm ${verb}`,
      scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
      localization: {
        text: {
          ...text_en,
          exceptionWhileParsingArguments: (error: unknown) => describe(error, flags),
        },
      },
    },
    {}, // none of stricli's own flags: help and version are ours
  );
  const stderr = { write: (text: string) => void (complaint += text) };
  await run(application, inputs, { process: { stdout: stderr, stderr } });
  if (result === undefined) {
    throw new UserError(complaint.trim(), { exit: "usage", hint: `See: ppm help ${verb}` });
  }
  return result;
}

/** stricli derives these types from literals; here options come as data, so it is told that any of them may be there. */
type CommandParameters = TypedCommandParameters<
  Readonly<Record<string, unknown>>,
  readonly string[],
  CommandContext
>;

/** Translates ppm's description of a command into stricli's. */
function toParameters(command: Command, flags: Flags): CommandParameters {
  const entries = Object.entries(flags);
  return {
    flags: Object.fromEntries(entries.map(([name, flag]) => [
      name,
      flag.kind === "switch"
        ? { kind: "boolean", optional: true, withNegated: false, brief: flag.brief }
        : { kind: "parsed", optional: true, brief: flag.brief, parse: (text: string) => flag.parse(text) },
    ])),
    aliases: Object.fromEntries(
      entries.flatMap(([name, flag]) => flag.alias === undefined ? [] : [[flag.alias, name]]),
    ),
    positional: {
      kind: "array",
      parameter: {
        brief: command.positional?.brief ?? "",
        placeholder: command.positional?.placeholder ?? "arguments",
        parse: String,
      },
      maximum: command.positional?.maximum ?? 0,
    },
  } as CommandParameters;
}

function withSwitches(flags: Flags, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const switches = Object.keys(flags).filter((name) => flags[name]?.kind === "switch");
  return { ...values, ...Object.fromEntries(switches.map((name) => [name, values[name] === true])) };
}

function describe(error: unknown, flags: Flags): string {
  // stricli says `unknown` for what is always one of its own errors, whose class it does not export.
  const complaint = error as Parameters<typeof formatMessageForArgumentScannerError>[0];
  const names = Object.keys(flags).map(flagName);
  return formatMessageForArgumentScannerError(complaint, {
    FlagNotFoundError({ input }) {
      const near = suggest(input, names);
      return `Cannot use the option "--${input}": there is none of that name${
        near === undefined ? "" : `; did you mean --${near}?`
      }`;
    },
    AliasNotFoundError: ({ input }) => `Cannot use the option "-${input}": there is none of that name`,
    ArgumentParseError: ({ externalFlagNameOrPlaceholder, input, exception }) =>
      `Cannot use "${input}" for --${flagName(externalFlagNameOrPlaceholder)}: ${
        exception instanceof Error ? exception.message : exception
      }`,
    UnsatisfiedFlagError: ({ externalFlagName }) =>
      `Cannot use --${flagName(externalFlagName)}: its value is missing`,
    UnexpectedPositionalError: ({ input, expectedCount }) =>
      `Cannot use "${input}": ${
        expectedCount === 0 ? "no argument is expected" : `at most ${expectedCount} can be given`
      }`,
  });
}
