import assert from "node:assert/strict";
import { draftAppInfo } from "../../src/definition/appinfo.ts";
import { exitCode, InvalidError } from "../../src/errors.ts";
import { HELLO, INVALID_APPINFOS } from "../fixtures/appinfo/invalid.ts";
import { CONFIG, FakeRenderer, render } from "./appinfo_support.ts";

function draft(text: string) {
  return draftAppInfo(new TextEncoder().encode(text), "appinfo.yml");
}

Deno.test("renderAppInfo() needs no template, and then never asks the sandbox", async () => {
  const renderer = new FakeRenderer();
  const { app, plugins } = await render(HELLO, CONFIG, renderer);
  assert.deepEqual(app, {
    name: "hello",
    description: "",
    version: "1",
    mainunit: "hello",
    enableunits: ["hello.service"],
    healthcheck: null,
    plugins: { backups_none: { reason: "it keeps nothing" } },
    state: {},
  });
  assert.deepEqual(plugins.map(({ name, options }) => ({ name, options })), [{
    name: "backups_none",
    options: { reason: "it keeps nothing" },
  }]);
  assert.deepEqual(renderer.jobs, []);
});

Deno.test("renderAppInfo() renders every string and keeps it a string, unless it is tagged !yaml", async () => {
  const text = `name: "<%= it.variables.name %>"
description: From <%= it.host.name %>
version: "<%= 11 %>"
mainunit: hello
enableunits: !yaml "<%= JSON.stringify(['a.service', 'b.timer']) %>"
variables: { name: { type: string }, port: { type: port, default: 80 }, peers: { type: list, of: cidr, default: [10.0.0.1] } }
secrets: { pw: {} }
plugins: { backups_none: { reason: "<%= it.variables.name %>" } }
state:
  text: "<%= it.variables.port %>"
  number: !yaml "<%= it.variables.port %>"
  list: !yaml "<%= JSON.stringify(it.variables.peers) %>"
  plain: !yaml "{ a: [true] }"
  secret: "<%= it.secrets.pw.length %>"
`;
  const { app } = await render(text, `${CONFIG}variables: { name: forge }\n`);
  assert.deepEqual(app, {
    name: "forge",
    description: "From pets",
    version: "11",
    mainunit: "hello",
    enableunits: ["a.service", "b.timer"],
    healthcheck: null,
    plugins: { backups_none: { reason: "forge" } },
    state: { text: "80", number: 80, list: ["10.0.0.1/32"], plain: { a: [true] }, secret: "32" },
  });
});

Deno.test("renderAppInfo() cannot be made to read structure out of a value of config.yml", async () => {
  const text = `${HELLO}variables: { x: { type: string } }\nstate: { text: "<%= it.variables.x %>" }\n`;
  const { app } = await render(text, `${CONFIG}variables: { x: "a: [1, '<%= 5 %>'] # !yaml" }\n`);
  assert.deepEqual(app.state, { text: "a: [1, '<%= 5 %>'] # !yaml" });
});

Deno.test("renderAppInfo() renders all strings in one call, and tells where each begins", async () => {
  const renderer = new FakeRenderer();
  await render(`${HELLO}state:\n  a: "<%= 1 %>"\n  b: |-\n    <%= 2 %>\n`, CONFIG, renderer);
  assert.deepEqual(renderer.jobs, [
    { file: "appinfo.yml", text: "<%= 1 %>", line: 8, column: 7 },
    { file: "appinfo.yml", text: "<%= 2 %>", line: 10, column: 5 },
  ]);
});

Deno.test("renderAppInfo() lists the password hashes that were made, in defaults as well", async () => {
  const text = `${HELLO}variables: { hash: { type: string, default: "<%= it.passwordhash('a') %>" } }
state: { hash: "<%= it.passwordhash('b') %>" }\n`;
  const { secretVariables } = await render(text, CONFIG, new FakeRenderer());
  assert.deepEqual(secretVariables, [{ name: "a password hash", value: "hash of a" }, {
    name: "a password hash",
    value: "hash of b",
  }]);
});

Deno.test("draftAppInfo() says before anything is rendered which secrets there are, and whether a variable is one", () => {
  const { secrets, secretVariable, problems } = draft(
    `${HELLO}variables: { a: { type: string }, pw: { type: list, of: secret } }\nsecrets: { db: { length: 64 }, key: }\n`,
  );
  assert.deepEqual(secrets, { db: { length: 64 }, key: { length: 32 } });
  assert.equal(secretVariable, "pw");
  assert.deepEqual(problems, []);
  assert.equal(draft(HELLO).secretVariable, undefined);
});

Deno.test("draftAppInfo() shows a whole appinfo.yml where there is an empty one, and that one is good", async () => {
  try {
    draft("# later\n");
    assert.fail("nothing was refused");
  } catch (error) {
    assert.ok(error instanceof InvalidError);
    await render(`${error.hint?.split("\n\n")[1]}\n`);
  }
});

for (const { name, appinfo, config, problems } of INVALID_APPINFOS) {
  Deno.test(`renderAppInfo() refuses ${name}`, async () => {
    await assert.rejects(render(appinfo, config), (error) => {
      assert.ok(error instanceof InvalidError, String(error));
      assert.deepEqual(error.message.split("\n"), problems);
      assert.equal(exitCode(error.exit), 4);
      return true;
    });
  });
}
