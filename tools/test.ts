/**
 * Runs the tests and ends with one line: N passed, N failed.
 *
 *     deno run -A tools/test.ts          everything: the checks, the build, the tests on real servers
 *     deno run -A tools/test.ts check    what needs no server: format, lint, types, unit tests
 *
 * Every check counts as one test; a part that ends without a result (a crash, a file that does not load) counts as one failed.
 */

import { furnished, RELEASES } from "../tests/servers/server.ts";
import { attempt, REPOSITORY } from "./run.ts";
import { again, denoTest, inPool, only } from "./test_jobs.ts";
import { type Count, sum } from "./test_report.ts";

const SERVER_TESTS = "tests/servers";

/** Tests on servers wait more than they compute (timers, time limits, units that settle): so many files at the same time keep a processor at work. */
const SERVER_JOBS = 3 * navigator.hardwareConcurrency;

/** What takes longest begins first: one of them at the end would leave the machine idle for minutes. */
export const LONGEST = [
  ...["tests/definition", "tests/commands", "tests/host"],
  ...[
    "moving",
    "fire_drill",
    "ansible",
    "tutorial",
    "remove_faults",
    "upgrade_obstacles",
    "faults",
    "fence",
    "restore_writes",
    "doctor",
    "repository_silence",
    "backup_hangs",
    "upgrade_faults",
    "git",
    "backup_remote",
    "backup",
    "setup",
  ].map((name) => `${SERVER_TESTS}/${name}_test.ts`),
];

async function main(): Promise<void> {
  const withServers = Deno.args[0] !== "check";
  // The children get the interrupt too and end; this process then still sweeps the servers up and prints the sum.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => interrupt.abort());
  }
  const asRoot = withServers ? await rootPrefix() : undefined;
  // Debian's packages come over the network: the root file systems are made beside what needs none of them.
  const rootFileSystems = asRoot && makeRootFileSystems(asRoot);
  const counts: Count[] = [];
  const part = async (title: string, run: () => Promise<Count>) => {
    if (interrupt.signal.aborted) return;
    console.log(`── ${title}`);
    counts.push(await run());
  };
  await part("deno fmt --check", () => check(["fmt", "--check", "-q"]));
  await part("deno lint", () => check(["lint", "-q"]));
  await part("deno check", () => check(["check", "-q", "."]));
  await part("unit tests", unitTests);
  if (withServers) {
    await part("build", () => check(["run", "-q", "-A", "tools/build.ts"]));
    await part("root file systems of Debian 12 and 13", () => rootFileSystems ?? needsRoot());
    if (asRoot !== undefined) await part("tests on Debian 12 and 13 servers", () => serverTests(asRoot));
  }
  const { passed, failed } = sum(counts);
  console.log(`\n${passed} passed, ${failed} failed`);
  Deno.exit(failed === 0 && passed > 0 && !interrupt.signal.aborted ? 0 : 1);
}

const interrupt = new AbortController();

/** Runs one of Deno's own checks as one test. */
async function check(args: readonly string[]): Promise<Count> {
  return counted(await run([Deno.execPath(), ...args]));
}

function counted(code: number): Count {
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Runs each room's tests in a process of its own, as many as there are processors. */
async function unitTests(): Promise<Count> {
  const rooms = await entries(
    "tests",
    ({ name, isDirectory }) => isDirectory && `tests/${name}` !== SERVER_TESTS,
  );
  const files = await entries("tests", ({ name }) => name.endsWith("_test.ts"));
  const suites = [...longestFirst(rooms).map((room) => [room]), files];
  return sum(
    await inPool(
      suites,
      navigator.hardwareConcurrency,
      (suite) => denoTest(["--permit-no-files", ...suite]),
      interrupt.signal,
    ),
  );
}

/**
 * What takes minutes takes turns between the releases, so that the whole fits into the time of a CI: by the last bit of the commit, which makes it the same
 * for everybody who tests that commit. $PPM_TURN decides where it is set.
 */
async function turnOf(repository: string): Promise<string> {
  const given = Deno.env.get("PPM_TURN");
  if (given !== undefined) return given;
  const { stdout } = await attempt(["git", "-C", repository, "rev-parse", "HEAD"]);
  return String(parseInt(stdout.trim().at(-1) ?? "0", 16) % 2);
}

async function makeRootFileSystems(asRoot: readonly string[]): Promise<Count> {
  const all = RELEASES.flatMap((release) => [release, furnished(release), `bare-${release}`]);
  return counted(await run([...asRoot, `${REPOSITORY}/${SERVER_TESTS}/server`, "rootfs", ...all]));
}

function needsRoot(): Promise<Count> {
  console.error("The test servers need root. Run: sudo make test");
  return Promise.resolve({ passed: 0, failed: 1 });
}

async function serverTests(asRoot: readonly string[]): Promise<Count> {
  const turn = await turnOf(REPOSITORY);
  const prefix = [...asRoot, "env", `PPM_TURN=${turn}`];
  console.log(prefix.at(-1));
  try {
    const files = await entries(SERVER_TESTS, ({ name }) => name.endsWith("_test.ts"));
    const test = async (file: string) => ({ file, report: await denoTest([file], prefix) });
    const beside = await inPool(longestFirst(files), SERVER_JOBS, test, interrupt.signal);
    return await again(beside, (file, failures) => denoTest([file, ...only(failures)], prefix));
  } finally {
    await run([...asRoot, `${REPOSITORY}/${SERVER_TESTS}/server`, "sweep"]);
  }
}

/** Returns what is in a directory of the checkout, as paths in order. */
async function entries(
  directory: string,
  wanted: (entry: Deno.DirEntry) => boolean,
): Promise<readonly string[]> {
  const found = (await Array.fromAsync(Deno.readDir(`${REPOSITORY}/${directory}`))).filter(wanted);
  return found.map(({ name }) => `${directory}/${name}`).sort();
}

function longestFirst(paths: readonly string[]): readonly string[] {
  return [
    ...LONGEST.filter((path) => paths.includes(path)),
    ...paths.filter((path) => !LONGEST.includes(path)),
  ];
}

/** What to put before a command so that root runs it: nothing for root, sudo where it asks no password, else undefined. */
async function rootPrefix(): Promise<readonly string[] | undefined> {
  if (Deno.uid() === 0) return [];
  const path = `PATH=${Deno.env.get("PATH") ?? ""}`;
  const prefix = ["sudo", "-n", "--preserve-env=PPM_SERVERS,PPM_SOAK,PPM_SEED", "env", path];
  return await run([...prefix, "true"]) === 0 ? prefix : undefined;
}

/** Runs a program in the checkout with this one's output; returns its exit code, 127 where it cannot be started. */
async function run([program = "", ...args]: readonly string[]): Promise<number> {
  try {
    return (await new Deno.Command(program, { args, cwd: REPOSITORY, stdin: "null" }).spawn().status).code;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 127;
    throw error;
  }
}

if (import.meta.main) await main();
