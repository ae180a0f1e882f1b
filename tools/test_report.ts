/** What runs of `deno test` came to, read from their JUnit reports. */

/** How many tests passed and failed. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** What a run of `deno test` came to. */
export interface Report extends Count {
  /** The tests with failures, by name; empty where a failure has none, as of a file that does not load. */
  readonly failures: readonly string[];
}

/** Given a JUnit report and the exit code of the run it is of, returns the count. A failure that the report does not show is one. */
export function readReport(report: string, code: number): Report {
  const number = (name: string) =>
    Number(new RegExp(`<testsuites [^>]*\\b${name}="(\\d+)"`).exec(report)?.[1] ?? 0);
  const skipped = report.match(/<skipped\/>/g)?.length ?? 0;
  const failed = number("failures") + number("errors");
  return {
    passed: number("tests") - failed - skipped,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    failures: failuresOf(report),
  };
}

/** The names of the tests that failed, or had a step that did. Deno writes a step as `test > step`. */
function failuresOf(report: string): readonly string[] {
  const cases = report.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<(?:failure|error)\b/g);
  return [...new Set(cases.map(([, name = ""]) => unescapeXml(name).split(" > ")[0] ?? ""))];
}

function unescapeXml(text: string): string {
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(\w+);/g, (entity, name) => entities[name] ?? entity);
}

/** Adds counts up. */
export function sum(counts: readonly Count[]): Count {
  return counts.reduce<Count>(
    (total, count) => ({ passed: total.passed + count.passed, failed: total.failed + count.failed }),
    { passed: 0, failed: 0 },
  );
}
