import assert from "node:assert/strict";
import { Output, type OutputOptions } from "../../src/ui/output.ts";
import { MemorySink } from "../support/terminal.ts";

function makeOutput(options: Partial<OutputOptions> = {}) {
  const stdout = new MemorySink();
  const stderr = new MemorySink();
  return { stdout, stderr, output: new Output({ stdout, stderr, ...options }) };
}

Deno.test("Output sends results to standard output and everything else to standard error", () => {
  const { stdout, stderr, output } = makeOutput({ verbose: true });
  output.print("result");
  output.info("info");
  output.warn("warn");
  output.error("error");
  output.hint("hint");
  output.debug("debug");
  assert.equal(stdout.text, "result\n");
  assert.equal(stderr.text, "info\nwarning: warn\nerror: error\nhint: hint\ndebug\n");
});

Deno.test("Output is silent about progress with --quiet, not about results, warnings and errors", () => {
  const { stdout, stderr, output } = makeOutput({ quiet: true });
  output.print("result");
  output.info("info");
  output.progress("progress");
  output.warn("warn");
  output.error("error");
  assert.equal(stdout.text, "result\n");
  assert.equal(stderr.text, "warning: warn\nerror: error\n");
});

Deno.test("Output begins every line with its priority under systemd", () => {
  const { stderr, output } = makeOutput({ journal: true, verbose: true });
  output.error("one\ntwo");
  output.warn("three");
  output.info("four");
  output.debug("five");
  assert.equal(stderr.text, "<3>error: one\n<3>two\n<4>warning: three\n<6>four\n<7>five\n");
});

Deno.test("Output colours a terminal, and nothing else", () => {
  const terminal = makeOutput({ stderr: new MemorySink({ terminal: true }) });
  assert.equal(terminal.output.style.red("x"), "x");
  const colored = makeOutput({ stdout: new MemorySink({ terminal: true }) });
  assert.equal(colored.output.style.red("x"), "\x1b[31mx\x1b[39m");
  const plain = makeOutput({ stdout: new MemorySink({ terminal: true }), color: false });
  assert.equal(plain.output.style.red("x"), "x");
});

Deno.test("Output replaces secrets by their names, wherever they stand", () => {
  const { stdout, stderr, output } = makeOutput({ verbose: true });
  output.redact([{ name: "dbpassword", value: "hunter22" }, { name: "flag", value: "on" }]);
  output.print("the password is hunter22, on");
  output.error("bad: hunter22");
  output.progress("with hunter22");
  output.command({ program: "tool", args: ["--password", "hunter22"], changes: false });
  assert.equal(stdout.text, "the password is <secret dbpassword>, on\n");
  assert.ok(!stderr.text.includes("hunter22"), stderr.text);
  assert.match(stderr.text, /\+ tool --password '<secret dbpassword>'/);
});

Deno.test("Output.json() replaces secrets that look different once they are encoded", () => {
  const { stdout, output } = makeOutput();
  output.redact([{ name: "s", value: 'a"b\\c\nd' }]);
  output.json({ value: 'x a"b\\c\nd y' });
  assert.deepEqual(JSON.parse(stdout.text), { value: "x <secret s> y" });
});

Deno.test("Output.json() spells out what would repaint a terminal, and means the same", () => {
  const { stdout, output } = makeOutput();
  const value = { text: "a\x1b[2J\u009b2J\x7f\u202eb\u2066c\r\nd\té☃" };
  output.json(value);
  assert.deepEqual(JSON.parse(stdout.text), value);
  assert.equal(
    stdout.text,
    '{\n  "text": "a\\u001b[2J\\u009b2J\\u007f\\u202eb\\u2066c\\r\\nd\\té☃"\n}\n',
  );
});

Deno.test("Output.command() shows a command once while it is repeated", () => {
  const { stderr, output } = makeOutput({ verbose: true });
  const show = { program: "systemctl", args: ["show", "it's"], changes: false };
  output.command(show);
  output.command(show);
  output.command({ ...show, args: ["stop"] });
  assert.equal(stderr.text, `+ systemctl show 'it'\\''s'\n+ systemctl stop\n`);
});

Deno.test("Output.progress() writes over its line on a terminal, and leaves no trace of it", () => {
  const terminal = new MemorySink({ terminal: true, columns: 20 });
  const output = new Output({ stdout: new MemorySink(), stderr: terminal, color: false });
  output.progress("waiting for a very long name", "3 s");
  output.info("done");
  assert.equal(terminal.text, "\r\x1b[Kwaiting for a very…\r\x1b[Kdone\n");
});

Deno.test("Output.progress() is one plain line for each thing that is waited for elsewhere, however often it comes and goes", () => {
  const { stderr, output } = makeOutput();
  output.progress("waiting", "1 s");
  output.progress("waiting", "2 s");
  output.progress("nearly", "3 s");
  output.progress("waiting", "4 s");
  assert.equal(stderr.text, "waiting\nnearly\n");
  output.endProgress();
  output.progress("waiting", "1 s");
  assert.equal(stderr.text, "waiting\nnearly\nwaiting\n");
});
