import assert from "node:assert/strict";
import { again, countReport, LONGEST, sum } from "../../tools/test.ts";

function report(tests: number, failures: number, body = ""): string {
  return `<?xml version="1.0"?>\n<testsuites name="deno test" tests="${tests}" failures="${failures}" errors="0" time="1">${body}</testsuites>`;
}

Deno.test("countReport() counts passed and failed, and leaves skipped tests out", () => {
  assert.deepEqual(countReport(report(5, 2, "<testcase><skipped/></testcase>"), 1), {
    passed: 2,
    failed: 2,
    failedFiles: new Map(),
  });
  assert.deepEqual(countReport(report(3, 0), 0), { passed: 3, failed: 0, failedFiles: new Map() });
});

Deno.test("countReport() counts a crash that the report does not show", () => {
  assert.deepEqual(countReport(report(3, 0), 1), { passed: 3, failed: 1, failedFiles: new Map() });
  assert.deepEqual(countReport("", 137), { passed: 0, failed: 1, failedFiles: new Map() });
});

const SUITES = `<testsuite name="./a_test.ts" tests="4" disabled="0" errors="0" failures="3"></testsuite>
<testsuite name="./b_test.ts" tests="1" disabled="0" errors="0" failures="0"></testsuite>
<testsuite name="./c_test.ts" tests="2" disabled="0" errors="0" failures="1"></testsuite>`;

Deno.test("countReport() names the files with failures", () => {
  const { failedFiles } = countReport(report(7, 4, SUITES), 1);
  assert.deepEqual([...failedFiles], [["a_test.ts", 3], ["c_test.ts", 1]]);
});

Deno.test("countReport() counts a file that did not load, beside others that failed", () => {
  const { passed, failed, failedFiles } = countReport(report(7, 4, SUITES), 1, ["a_test.ts", "d_test.ts"]);
  assert.deepEqual([passed, failed], [3, 5]);
  assert.equal(failedFiles.get("d_test.ts"), 1);
});

Deno.test("again() takes back the failures of files that pass alone, and no others", async () => {
  const beside = countReport(report(7, 4, SUITES), 1);
  const asked: string[] = [];
  const count = await again(beside, (file) => {
    asked.push(file);
    return Promise.resolve(countReport(report(4, 0), file === "a_test.ts" ? 0 : 1));
  });
  assert.deepEqual(asked, ["a_test.ts", "c_test.ts"]);
  assert.deepEqual(count, { passed: 6, failed: 1 });
  const crash = await again(countReport("", 137), () => Promise.reject(new Error("nothing to run again")));
  assert.deepEqual(crash, { passed: 0, failed: 1 });
});

Deno.test("sum() adds counts up", () => {
  assert.deepEqual(sum([{ passed: 1, failed: 2 }, { passed: 3, failed: 0 }]), { passed: 4, failed: 2 });
});

Deno.test("LONGEST names files that are there", async () => {
  for (const file of LONGEST) {
    assert.ok((await Deno.stat(new URL(`../../${file}`, import.meta.url))).isFile, file);
  }
});
