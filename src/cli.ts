/** From arguments to an exit code: finds the verb, gives it what it needs, and says what went wrong. */
import type { Context } from "./commands/command.ts";
import { verbFirst } from "./commands/global_flags.ts";
import type { Verb } from "./commands/help.ts";
import { VERBS } from "./commands/verbs.ts";
import { exitCode, type ExitName, UserError } from "./errors.ts";
import { type Clock, REAL_CLOCK } from "./host/clock.ts";
import { ReadOnlySystem } from "./host/read_only_system.ts";
import type { Invocation, System } from "./host/system.ts";
import { suggest } from "./suggest.ts";
import { Output } from "./ui/output.ts";
import { reportError } from "./ui/report_error.ts";
import { type Sink, StreamSink } from "./ui/sink.ts";

/** What surrounds ppm; tests bring their own. */
export interface Surroundings {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly clock: Clock;
  environment(name: string): string | undefined;
  /** Returns the machine to work on, which tells `onRun` of every program before it runs. */
  system(onRun: (invocation: Invocation) => void): Promise<System>;
}

/** Runs ppm with `args`; returns the code to exit with. */
export async function run(args: readonly string[], surroundings = realSurroundings()): Promise<number> {
  const output = makeOutput(args, surroundings);
  try {
    return exitCode(await dispatch(args, output, surroundings));
  } catch (error) {
    output.endProgress();
    return exitCode(reportError(error, output));
  }
}

async function dispatch(
  args: readonly string[],
  output: Output,
  surroundings: Surroundings,
): Promise<ExitName> {
  if (args[0] === "__complete") return await showCandidates(args.slice(2), output, surroundings);
  if (wantsHelp(args)) return await showHelp(args, output);
  const [name = "", ...inputs] = verbFirst(args);
  const verb = findVerb(name);
  const { command } = await verb.load();
  const { parseArguments } = await import("./commands/arguments.ts");
  const { flags, words } = await parseArguments(verb.name, command, inputs);
  const system = await surroundings.system((invocation) => output.command(invocation));
  if (!command.asRoot && system.user.uid === 0) throw refuseRoot(args);
  const context: Context = {
    system,
    output,
    clock: surroundings.clock,
    configFile: flags.config as string | undefined,
    plugins: async () => (await import("./plugins/registry.ts")).PLUGINS,
  };
  return command.changes
    ? await command.run(context, flags, ...words)
    : await command.run({ ...context, system: new ReadOnlySystem(system) }, flags, ...words);
}

/** How much is said is settled before anything is parsed, so that it holds for errors in parsing too. */
function makeOutput(args: readonly string[], surroundings: Surroundings): Output {
  const options = new Set(beforeDoubleDash(args).flatMap(splitLetters));
  const { stdout, stderr, environment } = surroundings;
  return new Output({
    stdout,
    stderr,
    verbose: options.has("-v") || options.has("--verbose"),
    quiet: options.has("-q") || options.has("--quiet"),
    color: !options.has("--no-color") && !environment("NO_COLOR") && environment("TERM") !== "dumb",
    journal: environment("JOURNAL_STREAM") !== undefined && !stderr.terminal,
  });
}

/** `-vf` → `-v`, `-f`. */
function splitLetters(option: string): readonly string[] {
  return /^-[a-z]+$/i.test(option) ? Array.from(option.slice(1), (letter) => `-${letter}`) : [option];
}

function beforeDoubleDash(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end === -1 ? args : args.slice(0, end);
}

function wantsHelp(args: readonly string[]): boolean {
  if (args.length === 0 || args[0] === "help") return true;
  return beforeDoubleDash(args).some((arg) => arg === "--help" || arg === "-h");
}

/** `ppm`, `ppm help`, `ppm help VERB`, `ppm VERB --help`. */
async function showHelp(args: readonly string[], output: Output): Promise<ExitName> {
  const { commandHelp, overviewHelp } = await import("./commands/help.ts");
  const onlyOptions = args.every((arg) => arg.startsWith("-"));
  const name = onlyOptions
    ? undefined
    : verbFirst(args).find((arg) => !arg.startsWith("-") && arg !== "help");
  if (name === undefined) {
    output.print(overviewHelp(VERBS, output));
    return "done";
  }
  const verb = findVerb(name);
  output.print(commandHelp(verb, (await verb.load()).command, output));
  return "done";
}

/** `ppm __complete -- WORDS…`, which the scripts of `ppm completions` run. */
async function showCandidates(
  words: readonly string[],
  output: Output,
  { system, clock }: Surroundings,
): Promise<ExitName> {
  const { complete } = await import("./commands/complete.ts");
  const look = async () => ({
    system: new ReadOnlySystem(await system(() => {})),
    output,
    nowMs: clock.now(),
  });
  const lines = await complete(words, { verbs: VERBS, look });
  if (lines.length > 0) output.print(lines.join("\n"));
  return "done";
}

function findVerb(name: string): Verb {
  const verb = VERBS.find((verb) => verb.name === name);
  if (verb !== undefined) return verb;
  const near = suggest(name, VERBS.map((verb) => verb.name));
  throw new UserError(`Cannot run "ppm ${name}": there is no such verb`, {
    exit: "usage",
    hint: near === undefined ? "See: ppm help" : `Did you mean: ppm ${near}`,
  });
}

function refuseRoot(args: readonly string[]): UserError {
  return new UserError(
    `Cannot run "ppm ${args.join(" ")}" as root: an application belongs to a user of its own`,
    {
      exit: "usage",
      hint: `Run it as that user: su - USER -c 'ppm ${args.join(" ")}'`,
    },
  );
}

function realSurroundings(): Surroundings {
  return {
    stdout: new StreamSink(Deno.stdout),
    stderr: new StreamSink(Deno.stderr),
    clock: REAL_CLOCK,
    environment: (name) => Deno.env.get(name),
    system: async (onRun) => new (await import("./host/real_system.ts")).RealSystem({ onRun }),
  };
}
