import assert from "node:assert/strict";
import { Output } from "../../src/ui/output.ts";
import { colorDiff, printSteps } from "../../src/ui/steps.ts";
import { MemorySink } from "../support/terminal.ts";

function terminal(options: { readonly color: boolean }) {
  const stdout = new MemorySink({ terminal: true });
  return { stdout, output: new Output({ stdout, stderr: new MemorySink(), ...options }) };
}

Deno.test("printSteps() says what, why and by which command or diff", () => {
  const { stdout, output } = terminal({ color: false });
  printSteps(output, [
    { what: "reload", why: "unit files change", detail: "systemctl --user daemon-reload" },
    { what: "write a", why: "new", detail: "--- /dev/null\n+++ b/a\n" },
    { what: "record generation 2", why: "this is a change" },
  ]);
  assert.equal(
    stdout.text,
    [
      "reload  (unit files change)",
      "    systemctl --user daemon-reload",
      "write a  (new)",
      "    --- /dev/null",
      "    +++ b/a",
      "record generation 2  (this is a change)",
      "",
    ].join("\n"),
  );
});

Deno.test("printSteps() takes the power out of what stands in a diff, and colours it all the same", () => {
  const { stdout, output } = terminal({ color: true });
  printSteps(output, [{ what: "write a", why: "new", detail: "+\x1b[2J\x9b31m\u202e\n" }]);
  assert.equal(
    stdout.text,
    "\x1b[1mwrite a\x1b[22m  \x1b[2m(new)\x1b[22m\n    \x1b[32m+\ufffd[2J\ufffd31m\ufffd\x1b[39m\n",
  );
});

Deno.test("colorDiff() colours as git does", () => {
  const { output } = terminal({ color: true });
  assert.deepEqual(colorDiff(output, "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z\n").split("\n"), [
    "\x1b[1m--- a\x1b[22m",
    "\x1b[1m+++ b\x1b[22m",
    "\x1b[36m@@ -1 +1 @@\x1b[39m",
    "\x1b[31m-x\x1b[39m",
    "\x1b[32m+y\x1b[39m",
    " z",
  ]);
});
