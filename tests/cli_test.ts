import assert from "node:assert/strict";
import { VERBS } from "../src/commands/verbs.ts";
import { EXIT_CODES, InvalidError } from "../src/errors.ts";
import { displayWidth } from "../src/ui/text.ts";
import { FAKE_USER, FakeSystem } from "./support/fake_system.ts";
import { runPpm } from "./support/run_ppm.ts";

for (const line of ["", "help", "--help", "-h", "help -v"]) {
  Deno.test(`run() prints the overview for "ppm ${line}"`, async () => {
    const { code, stdout, stderr } = await runPpm(line);
    assert.equal(code, 0);
    assert.equal(stderr, "");
    for (const verb of VERBS) assert.ok(stdout.includes(`\n  ${verb.name} `), verb.name);
    for (const { code, meaning } of EXIT_CODES) {
      assert.ok(stdout.includes(`\n  ${code}  ${meaning}`), meaning);
    }
  });
}

for (const { name } of VERBS) {
  Deno.test(`run() prints the help of ${name}, with an example, in 80 columns`, async () => {
    const { code, stdout } = await runPpm(`help ${name}`);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^Usage: ppm ${name}`));
    assert.match(stdout, new RegExp(`\\nExamples:\\n  ppm ${name}`));
    for (const line of stdout.split("\n")) assert.ok(displayWidth(line) <= 80, line);
    assert.equal((await runPpm(`${name} --help`)).stdout, stdout);
    assert.equal((await runPpm(`-v ${name} -h`)).stdout, stdout);
  });
}

Deno.test("run() fits the overview into 80 columns", async () => {
  const { stdout } = await runPpm("help");
  for (const line of stdout.split("\n")) assert.ok(displayWidth(line) <= 80, line);
});

Deno.test("run() takes what follows -- for words, not for options", async () => {
  const { stderr } = await runPpm("logs -- --follow");
  assert.match(stderr, /nothing was set up yet/);
  assert.equal((await runPpm("version -- --help")).code, 2);
});

const WRONG: readonly [string, RegExp][] = [
  ["strat", /Cannot run "ppm strat": there is no such verb\nhint: Did you mean: ppm start/],
  ["xyzzy", /there is no such verb\nhint: See: ppm help/],
  ["help strat", /Did you mean: ppm start/],
  [
    "status --jsno",
    /"--jsno": there is none of that name; did you mean --json\?\nhint: See: ppm help status/,
  ],
  ["status -x", /Cannot use the option "-x"/],
  ["status web", /Cannot use "web": no argument is expected/],
  ["start --timeout soon", /Cannot use "soon" for --timeout: expected a duration/],
  ["start --timeout", /Cannot use --timeout: its value is missing/],
  ["logs -n many", /Cannot use "many" for --lines: expected a whole number/],
  ["-v", /the verb is missing/],
  ["--config", /the verb is missing/],
  ["version --config", /Cannot use --config: its value is missing/],
  ["version --dry-run", /Cannot use the option "--dry-run"/],
];

for (const [line, message] of WRONG) {
  Deno.test(`run() explains what is wrong with "ppm ${line}", and exits with 2`, async () => {
    const { code, stdout, stderr } = await runPpm(line);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, message);
  });
}

Deno.test("run() takes options before the verb as if they stood behind it", async () => {
  const behind = await runPpm("version --json -q");
  assert.equal(behind.code, 0);
  assert.deepEqual(await runPpm("-q --config x version --json"), behind);
});

Deno.test("run() refuses root for what belongs to an application's user, and says what to type", async () => {
  const system = new FakeSystem({ user: { ...FAKE_USER, name: "root", uid: 0, home: "/root" } });
  for (const verb of ["setup", "diff", "start", "stop", "restart", "status", "logs"]) {
    const { code, stderr } = await runPpm(verb, { system });
    assert.equal(code, 2);
    assert.match(
      stderr,
      new RegExp(`Cannot run "ppm ${verb}" as root.*\nhint: .*su - USER -c 'ppm ${verb}'`),
    );
  }
  assert.equal((await runPpm("version", { system })).code, 0);
});

Deno.test("run() prints every problem of an invalid file on a line of its own, and exits with 4", async () => {
  const system = new FakeSystem();
  system.readFile = () => {
    throw new InvalidError([
      { file: "config.yml", line: 3, column: 7, message: "Cannot use this" },
      { file: "appinfo.yml", message: "Cannot use that" },
    ], { hint: "Look again" });
  };
  const { code, stdout, stderr } = await runPpm("status", { system });
  assert.deepEqual([code, stdout], [4, ""]);
  assert.equal(
    stderr,
    "config.yml:3:7: Cannot use this\nappinfo.yml: Cannot use that\n" +
      "error: 2 problems; nothing was changed\nhint: Look again\n",
  );
});

Deno.test("run() calls what it did not expect a bug, and shows where", async () => {
  const system = new FakeSystem();
  system.readFile = () => {
    throw new RangeError("unexpected");
  };
  const { code, stderr } = await runPpm("status", { system });
  assert.equal(code, 1);
  assert.match(stderr, /This is a bug in ppm, please report it/);
  assert.match(stderr, /RangeError: unexpected\n\s+at /);
});

Deno.test("run() colours help on a terminal, unless it is told not to", async () => {
  const escape = "\x1b[";
  assert.ok((await runPpm("help", { terminal: true })).stdout.includes(escape));
  assert.ok(!(await runPpm("help --no-color", { terminal: true })).stdout.includes(escape));
  assert.ok(
    !(await runPpm("help", { terminal: true, environment: { NO_COLOR: "1" } })).stdout.includes(escape),
  );
  assert.ok(
    !(await runPpm("help", { terminal: true, environment: { TERM: "dumb" } })).stdout.includes(escape),
  );
});

Deno.test("run() gives errors their priority under systemd", async () => {
  const { stderr } = await runPpm("strat", { environment: { JOURNAL_STREAM: "8:1234" } });
  assert.equal(
    stderr,
    '<3>error: Cannot run "ppm strat": there is no such verb\n<3>hint: Did you mean: ppm start\n',
  );
});
