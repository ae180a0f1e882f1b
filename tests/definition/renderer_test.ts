import assert from "node:assert/strict";
import type { TemplateContext } from "../../src/definition/definition.ts";
import { type RendererOptions, startRenderer } from "../../src/definition/renderer.ts";
import { toAnswer } from "../../src/definition/sandbox/task.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import { ProgramError } from "../../src/host/program_error.ts";
import type { Invocation, ReadSystem } from "../../src/host/system.ts";

const system = new RealSystem();

const context: TemplateContext = {
  variables: { domain: "git.example.org", peers: ["10.0.0.0/8"] },
  secrets: {},
  user: { name: "u", uid: 1000, gid: 1000, home: "/home/u", runtimedirectory: "/run/user/1000" },
  host: { name: "h" },
  paths: { home: "/home/u", data: "/home/u/data", config: "c", definition: "d", statedirectory: "s" },
  neighbours: [],
  ppm: { version: "0.1.0" },
};

/** Renders texts in the real sandbox: each gives its text, or its problems without the file. */
async function rendered(texts: readonly string[], options: RendererOptions & { key?: Uint8Array } = {}) {
  const { key, ...rest } = options;
  const jobs = texts.map((text, at) => ({ file: `templates/${at}.eta`, text }));
  const outcomes = await startRenderer(system, rest).render(jobs, context, key && { key });
  return outcomes.map((outcome, at) => {
    if (outcome.ok) return outcome.text;
    return outcome.problems.map((problem) => {
      assert.equal(problem.file, `templates/${at}.eta`);
      return `${problem.line}:${problem.column}: ${problem.message}`;
    });
  });
}

Deno.test("render() renders every job with one context, in the order of the jobs", async () => {
  assert.deepEqual(
    await rendered([
      "a <%= it.variables.domain %>",
      "plain",
      "<%= it.variables.domian %>",
      "<%= it.user.home %>",
    ]),
    [
      "a git.example.org",
      "plain",
      ["1:18: it.variables.domian does not exist; did you mean it.variables.domain?"],
      "/home/u",
    ],
  );
});

Deno.test("render() starts nothing where no job has a tag", async () => {
  const none = { run: () => assert.fail("started a program") } as unknown as ReadSystem;
  const renderer = startRenderer(none, { maxBytes: 4 });
  assert.deepEqual(await renderer.render([], context), []);
  assert.deepEqual(
    await renderer.render([{ file: "a", text: "abc" }, { file: "b", text: "üüü", line: 3 }], context),
    [
      { ok: true, text: "abc", hashes: [] },
      {
        ok: false,
        problems: [{ file: "b", line: 3, column: 1, message: "The text is longer than 4 bytes" }],
      },
    ],
  );
});

Deno.test("render() tells the same text in two jobs apart, and the same job twice", async () => {
  const job = { file: "a", text: "<%= it.nope %>" };
  const outcomes = await startRenderer(system).render([job, { ...job, file: "b" }, job], context);
  assert.deepEqual(outcomes.map((each) => each.ok ? "" : each.problems.map(({ file }) => file)), [["a"], [
    "b",
  ], ["a"]]);
});

Deno.test("render() gives the same password hash on every run, and another for another key", async () => {
  const text = '<%= it.passwordhash("x", { cost: 4 }) %>';
  const [first, again] = [await rendered([text]), await rendered([text, text])];
  assert.deepEqual(again, [first[0], first[0]]);
  assert.match(String(first[0]), /^\$2b\$04\$[./A-Za-z0-9]{53}$/);
  assert.notDeepEqual(await rendered([text], { key: new Uint8Array(32).fill(7) }), first);
});

Deno.test("render() names the hashes that each template made", async () => {
  const texts = [
    "<%= it.ppm.version %>",
    '<% const h = it.passwordhash("x", { algorithm: "sha512crypt" }) %><%= h %><%= h %>',
  ];
  const [none, one] = await startRenderer(system).render(texts.map((text) => ({ file: "t", text })), context);
  assert.ok(none?.ok && one?.ok);
  assert.deepEqual(none.hashes, []);
  assert.equal(one.hashes.length, 1);
  assert.equal(one.text, one.hashes[0]!.repeat(2));
});

const RUNAWAYS: readonly [string, string, RegExp][] = [
  ["loops", "<% for (;;); %>", /ran for more than 0.4 s/],
  ["loops and catches", "<% for (;;) try { output('x'.repeat(9e6)) } catch {} %>", /ran for more than 0.4 s/],
  ["matches a hopeless expression", "<% /(a+)+$/.test('a'.repeat(60) + 'b') %>", /ran for more than 0.4 s/],
];

for (const [what, text, message] of RUNAWAYS) {
  Deno.test(`render() stops a template that ${what}, names it and renders no more`, async () => {
    const outcomes = await rendered(["<%= 1 %>", text, "<%= 2 %>", "plain"], { timeoutMs: 400 });
    assert.equal(outcomes[0], "1");
    assert.match(String(outcomes[1]), message);
    assert.deepEqual(outcomes.slice(2), [[], "plain"]);
  });
}

const HOARDERS = [
  "'x'.repeat(1e6) + a.length",
  "{ a: [1, 2, 3] }",
  "new Uint8Array(1e7).fill(1)",
  "('x'.repeat(1e6) + a.length).split('')",
];

for (const value of HOARDERS) {
  Deno.test(`render() stops a template that hoards ${value}`, async () => {
    const outcomes = await rendered([
      "<%= 1 %>",
      `<% const a = []; for (;;) a.push(${value}) %>`,
      "<%= 2 %>",
    ]);
    assert.deepEqual(outcomes, [
      "1",
      ["1:1: The template was stopped: it used more than 256 MiB of memory"],
      [],
    ]);
  });
}

/** What a template tries, to get out: each must end in a problem, or print "refused". */
const ESCAPES = [
  "Deno.readTextFileSync('/etc/passwd')",
  "Deno.writeTextFileSync('/tmp/ppm-escaped', '')",
  "Deno.env.get('HOME')",
  "new Deno.Command('id').outputSync()",
  "Deno.dlopen('libc.so.6', {})",
  "Deno.stdout.writeSync(new Uint8Array([120]))",
  "Deno.exit(0)",
  "globalThis.Deno.pid",
  "globalThis.process.exit(0)",
  "fetch('http://127.0.0.1/')",
  "new WebSocket('ws://127.0.0.1/')",
  "new Worker('data:application/javascript,')",
  "new BroadcastChannel('x').postMessage(1)",
  "new WebAssembly.Module(new Uint8Array())",
  "console.log('forged')",
  "self.postMessage({ ok: true, text: 'forged', hashes: [] })",
  "postMessage({ ok: true, text: 'forged', hashes: [] })",
  "globalThis.postMessage('forged')",
  "self.close()",
  "globalThis.close()",
  "setTimeout('1')",
  "importScripts('data:,')",
  "import('node:fs')",
  "import('npm:left-pad')",
  "import('data:application/javascript,')",
  "import('file:///etc/passwd')",
  "require('fs')",
  "eval('1')",
  "globalThis.eval('1')",
  "(0, eval)('1')",
  "new Function('return 1')()",
  "it.constructor.constructor('return 1')()",
  "(() => {}).constructor('return 1')()",
  "(function* () {}).constructor('return 1')()",
  "Object.getPrototypeOf(function* () {}).constructor('return 1')()",
  "[].map.constructor('return 1')()",
  "it.passwordhash.constructor('return 1')()",
  "Reflect.construct(Object.getPrototypeOf(() => {}).constructor, ['return 1'])()",
  "this.constructor.constructor('return 1')()",
  "__ppm.text.constructor('return 1')()",
  "include('/etc/passwd')",
  "Math.random()",
  "new Date()",
  "crypto.randomUUID()",
  "performance.now()",
];

Deno.test("render() lets no template out of the sandbox", async () => {
  const outcomes = await rendered(ESCAPES.map((code) => `<%= typeof (${code}) %>`));
  for (const [at, outcome] of outcomes.entries()) {
    assert.ok(
      Array.isArray(outcome) && outcome.length === 1,
      `${ESCAPES[at]} gave ${JSON.stringify(outcome)}`,
    );
  }
});

Deno.test("render() leaves nothing behind that is dangerous and nobody thought of", async () => {
  const [names] = await rendered([
    "<%= Reflect.ownKeys(globalThis).filter((name) => typeof name === 'string' && /deno|boot|fetch|work|post|close|timer|timeout|proc|node|require|impor[t]|cache|storage|wasm|web|crypto|perf|console|nav/i.test(name)).join() %>",
  ]);
  assert.equal(names, "");
});

/** A system whose sandbox answers as given. */
function answering(answer: unknown): ReadSystem {
  const run = (invocation: Invocation) => {
    if (answer instanceof Error) return Promise.reject(answer);
    assert.equal(invocation.changes, false);
    return Promise.resolve({ code: 0, stdout: String(answer), stderr: "", stdoutBytes: new Uint8Array() });
  };
  return { run } as unknown as ReadSystem;
}

const ONE = { file: "a", text: "<% 1 %>" };
const BROKEN = [{
  ok: false,
  problems: [{
    file: "a",
    line: 1,
    column: 1,
    message: "The template was stopped: it broke the sandbox it ran in",
  }],
}];

const FORGED = [
  "",
  "x",
  "null",
  "[]",
  "{}",
  '{"outcomes":[]}',
  '{"outcomes":[1]}',
  '{"outcomes":[{"ok":true}]}',
  '{"outcomes":[{"ok":true,"text":1,"hashes":[]}]}',
  '{"outcomes":[{"ok":true,"text":"","hashes":[1]}]}',
  '{"outcomes":[{"ok":true,"text":"","hashes":{}}]}',
  '{"outcomes":[{"ok":true,"text":"12345","hashes":[]}]}',
  '{"outcomes":[{"ok":1,"text":"","hashes":[]}]}',
  '{"outcomes":[{"ok":false}]}',
  '{"outcomes":[{"ok":false,"problems":[]}]}',
  '{"outcomes":[{"ok":false,"problems":[{"line":0,"column":1,"message":"x"}]}]}',
  '{"outcomes":[{"ok":false,"problems":[{"line":1,"column":1.5,"message":"x"}]}]}',
  '{"outcomes":[{"ok":false,"problems":[{"line":1,"column":1,"message":{}}]}]}',
  '{"outcomes":[{"ok":true,"text":"","hashes":[]},{"ok":true,"text":"","hashes":[]}]}',
  '{"outcomes":[{"ok":true,"text":"","hashes":[]}],"stopped":"time"}',
  '{"outcomes":[],"stopped":"boredom"}',
];

for (const answer of FORGED) {
  Deno.test(`render() believes no sandbox that answers ${JSON.stringify(answer)}`, async () => {
    assert.deepEqual(await startRenderer(answering(answer), { maxBytes: 4 }).render([ONE], context), BROKEN);
  });
}

Deno.test("render() takes from an answer only what belongs there", () => {
  const value = {
    outcomes: [{
      ok: false,
      problems: [{ file: "/etc/passwd", line: 1, column: 2, message: "m", extra: 1 }],
    }],
    extra: 1,
  };
  assert.deepEqual(toAnswer(value, [ONE], 4), {
    outcomes: [{ ok: false, problems: [{ file: "a", line: 1, column: 2, message: "m" }] }],
  });
});

Deno.test("render() says that a template broke the sandbox when its process ends early", async () => {
  const crashed = new ProgramError({ program: "x", args: [], changes: false }, {
    kind: "signal",
    signal: "SIGTRAP",
  });
  assert.deepEqual(await startRenderer(answering(crashed)).render([ONE], context), BROKEN);
});

Deno.test("render() blames no template where the sandbox cannot be started", async () => {
  const missing = new ProgramError({ program: "x", args: [], changes: false }, { kind: "missing" });
  await assert.rejects(startRenderer(answering(missing)).render([ONE], context), missing);
});

Deno.test("render() renders a thousand templates in one sandbox, at less than 0.5 ms for each", async () => {
  const text =
    "[Unit]\nDescription=<%= it.variables.domain %>\n<% for (const p of it.variables.peers) { -%>\nX=<%= p %>\n<% } -%>\n";
  const time = async (count: number) => {
    const start = performance.now();
    const outcomes = await rendered(Array.from({ length: count }, (_, at) => `${text}${at}`));
    assert.ok(outcomes.every((outcome) => typeof outcome === "string"));
    return performance.now() - start;
  };
  await time(1);
  assert.ok(await time(1000) - await time(1) < 500);
});
