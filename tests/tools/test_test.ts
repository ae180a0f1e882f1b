import assert from "node:assert/strict";
import { LONGEST } from "../../tools/test.ts";
import { again, inPool, only } from "../../tools/test_jobs.ts";
import { readReport, sum } from "../../tools/test_report.ts";

function report(tests: number, failures: number, body = ""): string {
  return `<?xml version="1.0"?>\n<testsuites name="deno test" tests="${tests}" failures="${failures}" errors="0" time="1">${body}</testsuites>`;
}

Deno.test("readReport() counts passed and failed, and leaves skipped tests out", () => {
  const skipped = report(5, 2, "<testcase><skipped/></testcase>");
  assert.deepEqual(readReport(skipped, 1), { passed: 2, failed: 2, failures: [] });
  assert.deepEqual(readReport(report(3, 0), 0), { passed: 3, failed: 0, failures: [] });
});

Deno.test("readReport() counts a crash that the report does not show", () => {
  assert.deepEqual(readReport(report(3, 0), 1), { passed: 3, failed: 1, failures: [] });
  assert.deepEqual(readReport("", 137), { passed: 0, failed: 1, failures: [] });
});

Deno.test("readReport() names the tests that failed, one with steps once", () => {
  const cases = `<testcase name="a [trixie]" time="1">\n</testcase>
    <testcase name="&quot;b&quot; &amp; c" time="1">\n  <failure message="1 step failed">…</failure>\n</testcase>
    <testcase name="&quot;b&quot; &amp; c &gt; its step" time="1">\n  <failure message="no">…</failure>\n</testcase>`;
  assert.deepEqual(readReport(report(3, 2, cases), 1), { passed: 1, failed: 2, failures: ['"b" & c'] });
});

Deno.test("what Deno reports of a real run is read", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const tests = `Deno.test("it (holds)", () => {});
      Deno.test("it | fails?", () => { throw new Error("so"); });
      Deno.test("one step fails", async (t) => { await t.step("this", () => { throw new Error("so"); }); });`;
    await Deno.writeTextFile(`${directory}/a_test.ts`, tests);
    const run = async (...args: string[]) => {
      const junit = `${directory}/report.xml`;
      const all = ["test", "-q", "--no-config", `--junit-path=${junit}`, ...args, directory];
      const { code } = await new Deno.Command(Deno.execPath(), { args: all }).output();
      return readReport(await Deno.readTextFile(junit), code);
    };
    const failures = ["it | fails?", "one step fails"];
    assert.deepEqual(await run(), { passed: 1, failed: 3, failures });
    assert.deepEqual(await run(...only(failures)), { passed: 0, failed: 3, failures });
    assert.deepEqual(await run(...only(["it (holds)"])), { passed: 1, failed: 0, failures: [] });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("again() takes back the failures of what passes alone, and no others", async () => {
  const beside = [
    { file: "a", report: { passed: 1, failed: 3, failures: ["one"] } },
    { file: "b", report: { passed: 5, failed: 0, failures: [] } },
    { file: "c", report: { passed: 1, failed: 1, failures: ["two"] } },
    { file: "d", report: { passed: 0, failed: 1, failures: [] } },
  ];
  const asked: unknown[] = [];
  const count = await again(beside, (file, failures) => {
    asked.push([file, failures]);
    return Promise.resolve({ passed: 1, failed: file === "c" ? 1 : 0, failures });
  });
  assert.deepEqual(asked, [["a", ["one"]], ["c", ["two"]], ["d", []]]);
  assert.deepEqual(count, { passed: 11, failed: 1 });
});

Deno.test("inPool() begins in order, keeps to its number, and begins nothing after an abort", async () => {
  const abort = new AbortController();
  const begun: number[] = [];
  let now = 0;
  const results = await inPool([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    assert.ok(++now <= 2);
    await Promise.resolve();
    if (item === 3) abort.abort();
    now--;
    return item * 10;
  }, abort.signal);
  assert.deepEqual(begun.slice(0, 3), [1, 2, 3]);
  assert.ok(!begun.includes(5));
  assert.deepEqual(results.slice(0, 3), [10, 20, 30]);
});

Deno.test("sum() adds counts up", () => {
  assert.deepEqual(sum([{ passed: 1, failed: 2 }, { passed: 3, failed: 0 }]), { passed: 4, failed: 2 });
});

Deno.test("LONGEST names what is there", async () => {
  for (const path of LONGEST) await Deno.stat(new URL(`../../${path}`, import.meta.url));
});
