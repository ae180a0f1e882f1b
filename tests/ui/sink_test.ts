import assert from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import { StreamSink } from "../../src/ui/sink.ts";

const SINK = new URL("../../src/ui/sink.ts", import.meta.url).href;

/** Runs a program that writes more than a pipe holds, into one that nobody reads any more. */
async function writeIntoClosedPipe(code: string): Promise<{ code: number; stderr: string }> {
  const script = `"$0" eval "$1" 2>&3 | true`;
  const output = await new Deno.Command("bash", {
    args: ["-c", `exec 3>&2; set -o pipefail; ${script}`, Deno.execPath(), code],
    env: { NO_COLOR: "1" },
  }).output();
  return { code: output.code, stderr: new TextDecoder().decode(output.stderr) };
}

Deno.test("StreamSink drops what nobody reads any more, and lets the program go on", async () => {
  const program = `import { StreamSink } from "${SINK}"; const sink = new StreamSink(Deno.stdout);` +
    `for (let i = 0; i < 100; i++) sink.write("x".repeat(10000)); console.error("went on");`;
  assert.deepEqual(await writeIntoClosedPipe(program), { code: 0, stderr: "went on\n" });
});

Deno.test("a program that writes into a closed pipe otherwise ends with a trace", async () => {
  const program = `const text = new TextEncoder().encode("x".repeat(10000));` +
    `for (let i = 0; i < 100; i++) Deno.stdout.writeSync(text);`;
  assert.match((await writeIntoClosedPipe(program)).stderr, /BrokenPipe/);
});

Deno.test("StreamSink.write() explains a full disk behind a redirection", () => {
  using full = Deno.openSync("/dev/full", { write: true });
  assert.throws(() => new StreamSink(full).write("text\n"), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.message, "Cannot write the output: No space left on device");
    return true;
  });
});
