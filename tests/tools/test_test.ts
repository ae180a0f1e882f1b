import assert from "node:assert/strict";
import { countReport, LONGEST, sum } from "../../tools/test.ts";

function report(tests: number, failures: number, body = ""): string {
  return `<?xml version="1.0"?>\n<testsuites name="deno test" tests="${tests}" failures="${failures}" errors="0" time="1">${body}</testsuites>`;
}

Deno.test("countReport() counts passed and failed, and leaves skipped tests out", () => {
  assert.deepEqual(countReport(report(5, 2, "<testcase><skipped/></testcase>"), 1), { passed: 2, failed: 2 });
  assert.deepEqual(countReport(report(3, 0), 0), { passed: 3, failed: 0 });
});

Deno.test("countReport() counts a crash that the report does not show", () => {
  assert.deepEqual(countReport(report(3, 0), 1), { passed: 3, failed: 1 });
  assert.deepEqual(countReport("", 137), { passed: 0, failed: 1 });
});

Deno.test("sum() adds counts up", () => {
  assert.deepEqual(sum([{ passed: 1, failed: 2 }, { passed: 3, failed: 0 }]), { passed: 4, failed: 2 });
});

Deno.test("LONGEST names files that are there", async () => {
  for (const file of LONGEST) {
    assert.ok((await Deno.stat(new URL(`../../${file}`, import.meta.url))).isFile, file);
  }
});
