/**
 * Runs the tests and ends with one line: N passed, N failed.
 *
 *     deno run -A tools/test.ts          everything: the checks, the build, the tests on real servers
 *     deno run -A tools/test.ts check    what needs no server: format, lint, types, unit tests
 *
 * Every check counts as one test; a part that ends without a result (a crash, a file that does not load) counts as one failed.
 */

import { REPOSITORY } from "./run.ts";

/** How many tests passed and failed. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** What a run of `deno test` came to. */
export interface Report extends Count {
  /** The files with failures, and how many. */
  readonly failedFiles: ReadonlyMap<string, number>;
}

const SERVER_TESTS = "tests/servers";

/** Tests on servers wait more than they compute (timers, time limits, units that settle): so many files at the same time keep a processor at work. */
const SERVER_JOBS = String(3 * navigator.hardwareConcurrency);

/** The files that take longest begin first: one of them at the end would leave the machine idle for minutes. */
export const LONGEST = [
  "moving",
  "fire_drill",
  "doctor",
  "ansible",
  "tutorial",
  "remove_faults",
  "upgrade_obstacles",
  "fence",
  "backup",
  "upgrade_faults",
  "faults",
  "restore_writes",
  "setup",
  "git",
]
  .map((name) => `${SERVER_TESTS}/${name}_test.ts`);

async function main(): Promise<void> {
  const withServers = Deno.args[0] !== "check";
  // The children get the interrupt too and end; this process then still sweeps the servers up and prints the sum.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => interrupted = true);
  }
  const counts: Count[] = [];
  const part = async (title: string, run: () => Promise<Count>) => {
    if (interrupted) return;
    console.log(`── ${title}`);
    counts.push(await run());
  };
  await part("deno fmt --check", () => check(["fmt", "--check", "-q"]));
  await part("deno lint", () => check(["lint", "-q"]));
  await part("deno check", () => check(["check", "-q", "."]));
  await part("unit tests", () => denoTest([`--ignore=${SERVER_TESTS}`, "tests"]));
  if (withServers) {
    await part("build", () => check(["run", "-q", "-A", "tools/build.ts"]));
    await part("tests on Debian 12 and 13 servers", serverTests);
  }
  const { passed, failed } = sum(counts);
  console.log(`\n${passed} passed, ${failed} failed`);
  Deno.exit(failed === 0 && passed > 0 && !interrupted ? 0 : 1);
}

let interrupted = false;

/** Runs one of Deno's own checks as one test. */
async function check(args: readonly string[]): Promise<Count> {
  const code = await run([Deno.execPath(), ...args]);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function serverTests(): Promise<Count> {
  const asRoot = await rootPrefix();
  if (asRoot === undefined) {
    console.error("The test servers need root. Run: sudo make test");
    return { passed: 0, failed: 1 };
  }
  const server = [...asRoot, `${REPOSITORY}/${SERVER_TESTS}/server`];
  try {
    if (await run([...server, "rootfs"]) !== 0) return { passed: 0, failed: 1 };
    const files = await serverTestFiles();
    const jobs = [...asRoot, "env", `DENO_JOBS=${SERVER_JOBS}`];
    const beside = await denoTest(["--parallel", ...files], jobs, files);
    return await again(beside, (file) => denoTest([file], asRoot, [file]));
  } finally {
    await run([...server, "sweep"]);
  }
}

/**
 * Runs each file with a failure once more, by itself: beside five others on two processors a unit may come later than it has time for. A file that passes
 * then counts as passed and is named; one that fails twice counts as it did the first time.
 */
export async function again(beside: Report, alone: (file: string) => Promise<Report>): Promise<Count> {
  const tired: string[] = [];
  let failed = beside.failed;
  for (const [file, failures] of beside.failedFiles) {
    if (interrupted) break;
    console.log(`── again, alone: ${file}`);
    if ((await alone(file)).failed > 0) continue;
    failed -= failures;
    tired.push(file);
  }
  for (const file of tired) console.log(`failed beside others, passed alone: ${file}`);
  return { passed: beside.passed + beside.failed - failed, failed };
}

/** Returns the files of the tests on servers, in the order in which they are to begin. */
async function serverTestFiles(): Promise<readonly string[]> {
  const files = (await Array.fromAsync(Deno.readDir(`${REPOSITORY}/${SERVER_TESTS}`)))
    .filter(({ name }) => name.endsWith("_test.ts")).map(({ name }) => `${SERVER_TESTS}/${name}`).sort();
  return [...LONGEST, ...files.filter((file) => !LONGEST.includes(file))];
}

/** What to put before a command so that root runs it: nothing for root, sudo where it asks no password, else undefined. */
async function rootPrefix(): Promise<string[] | undefined> {
  if (Deno.uid() === 0) return [];
  const path = `PATH=${Deno.env.get("PATH") ?? ""}`;
  const prefix = ["sudo", "-n", "--preserve-env=PPM_SERVERS", "env", path];
  return await run([...prefix, "true"]) === 0 ? prefix : undefined;
}

/** Runs `deno test` and counts by its JUnit report, which is to know of each of `files`. */
async function denoTest(
  args: readonly string[],
  prefix: readonly string[] = [],
  files: readonly string[] = [],
): Promise<Report> {
  const directory = await Deno.makeTempDir({ prefix: "ppm-test-" });
  try {
    const report = `${directory}/report.xml`;
    const code = await run([
      ...prefix,
      Deno.execPath(),
      "test",
      "-q",
      "-P",
      `--junit-path=${report}`,
      ...args,
    ]);
    return countReport(await Deno.readTextFile(report).catch(() => ""), code, files);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/**
 * Given a JUnit report and the exit code of the run it is of, returns the count. A failure that the report does not show is one, and so is each of `files`
 * that it does not know: one that does not load is not in it.
 */
export function countReport(report: string, code: number, files: readonly string[] = []): Report {
  const number = (name: string) =>
    Number(new RegExp(`<testsuites [^>]*\\b${name}="(\\d+)"`).exec(report)?.[1] ?? 0);
  const skipped = report.match(/<skipped\/>/g)?.length ?? 0;
  const suites = new Map(
    report.matchAll(/<testsuite name="(?:\.\/)?([^"]*)"[^>]*\bfailures="(\d+)"/g)
      .map(([, file = "", failures]) => [file, Number(failures)]),
  );
  const missing = files.filter((file) => !suites.has(file));
  const failures = number("failures") + number("errors");
  const failed = failures + missing.length;
  return {
    passed: number("tests") - failures - skipped,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    failedFiles: new Map([
      ...suites.entries().filter(([, count]) => count > 0),
      ...missing.map((file) => [file, 1] as const),
    ]),
  };
}

/** Adds counts up. */
export function sum(counts: readonly Count[]): Count {
  return counts.reduce(
    (total, count) => ({ passed: total.passed + count.passed, failed: total.failed + count.failed }),
    { passed: 0, failed: 0 },
  );
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
