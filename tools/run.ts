/** What the tools share: where things are, and running programs. */

/** The checkout's top directory. */
export const REPOSITORY = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

/** Where the executables go. */
export const DIST = `${REPOSITORY}/dist`;

/** How a program ended, with what it wrote to stderr. */
export interface Ended {
  readonly success: boolean;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in the checkout and collects what it writes; a failure is a result. */
export async function attempt(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [program, ...args] = argv;
  if (program === undefined) throw new TypeError("Cannot run nothing");
  const ended = await new Deno.Command(program, { args, env, cwd: REPOSITORY, stdin: "null" }).output();
  const decoder = new TextDecoder();
  return {
    success: ended.success,
    code: ended.code,
    stdout: decoder.decode(ended.stdout),
    stderr: decoder.decode(ended.stderr),
  };
}

/** Runs a program in the checkout and returns its trimmed stdout; ends this process when the program fails. */
export async function output(argv: readonly string[]): Promise<string> {
  const ended = await attempt(argv);
  if (!ended.success) fail(`${argv.join(" ")}: exit code ${ended.code}\n${ended.stderr}`);
  return ended.stdout.trim();
}

/** Ends this process with a message and exit code 1. */
export function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}
