/** Runs files of tests as processes of their own, several at the same time. */

import { attempt } from "./run.ts";
import { type Count, readReport, type Report, sum } from "./test_report.ts";

/** Runs `deno test` on files or directories whose types are checked already; what it writes comes at its end, in one piece. `prefix` stands before the command. */
export async function denoTest(args: readonly string[], prefix: readonly string[] = []): Promise<Report> {
  const directory = await Deno.makeTempDir({ prefix: "ppm-test-" });
  const begun = performance.now();
  try {
    const junit = `${directory}/report.xml`;
    const options = ["test", "-q", "-P", "--no-check", `--junit-path=${junit}`];
    const { code, stdout, stderr } = await attempt([...prefix, Deno.execPath(), ...options, ...args]);
    const report = readReport(await Deno.readTextFile(junit).catch(() => ""), code);
    const what = args.filter((arg) => !arg.startsWith("-")).join(" ");
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(
      `${stdout}${stderr}── ${what}: ${report.passed} passed, ${report.failed} failed (${seconds} s)`,
    );
    return report;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Does `work` with each of `items`, beginning in their order, with `jobs` at the same time; returns the results in that order. An abort begins no more of them. */
export async function inPool<T, R>(
  items: readonly T[],
  jobs: number,
  work: (item: T) => Promise<R>,
  signal?: AbortSignal,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [at, item] of queue) {
      if (signal?.aborted) return;
      results[at] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return results;
}

/**
 * Runs what failed once more, by itself: beside five others on two processors a unit may come later than it has time for. Tests that pass then count as
 * passed and are named; what fails twice counts as it did the first time.
 */
export async function again(
  beside: readonly { readonly file: string; readonly report: Report }[],
  alone: (file: string, failures: readonly string[]) => Promise<Report>,
): Promise<Count> {
  const counts: Count[] = [];
  const passedAlone: string[] = [];
  for (const { file, report } of beside) {
    if (report.failed === 0 || (await alone(file, report.failures)).failed > 0) {
      counts.push(report);
    } else {
      counts.push({ passed: report.passed + report.failed, failed: 0 });
      passedAlone.push(...(report.failures.length > 0 ? report.failures : [file]));
    }
  }
  for (const name of passedAlone) console.log(`failed beside others, passed alone: ${name}`);
  return sum(counts);
}

/** What has `deno test` run only the tests of these names. */
export function only(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const escaped = names.map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  return [`--filter=/^(${escaped.join("|")})$/`];
}
