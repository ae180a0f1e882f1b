import assert from "node:assert/strict";
import { InvalidError } from "../../src/errors.ts";
import { CONFIG, FakeRenderer, render } from "./appinfo_support.ts";
import { HELLO } from "../fixtures/appinfo/invalid.ts";

/** Returns the value that templates see for `written` in config.yml, with a variable declared as `declaration`. */
async function value(declaration: string, written: string) {
  const rendered = await render(
    `${HELLO}variables: { it: ${declaration} }\n`,
    `${CONFIG}variables: { it: ${written} }\n`,
  );
  return rendered.variables.it;
}

const GOOD: readonly (readonly [string, string, unknown])[] = [
  ["{ type: string }", "hello", "hello"],
  ["{ type: string }", '""', ""],
  ["{ type: string }", '"5"', "5"],
  ["{ type: string }", "no", "no"],
  ["{ type: string }", '"<%= 1 %>"', "<%= 1 %>"],
  ["{ type: integer }", "-5", -5],
  ["{ type: integer, min: 1, max: 3 }", "3", 3],
  ["{ type: number }", "1.5", 1.5],
  ["{ type: boolean }", "false", false],
  ["{ type: port }", "1", 1],
  ["{ type: port }", "65535", 65535],
  ["{ type: hostname }", "git.example.org", "git.example.org"],
  ["{ type: hostname }", "localhost", "localhost"],
  ["{ type: hostname }", "xn--mnchen-3ya.example", "xn--mnchen-3ya.example"],
  ["{ type: hostname }", "3com.example", "3com.example"],
  ["{ type: email }", "root@example.org", "root@example.org"],
  ["{ type: url }", "https://example.org:8443/a?b#c", "https://example.org:8443/a?b#c"],
  ["{ type: url }", '"http://[::1]/"', "http://[::1]/"],
  ["{ type: path }", "/srv/media", "/srv/media"],
  ["{ type: path }", "data/media", "data/media"],
  ["{ type: path }", "a..b", "a..b"],
  ["{ type: address }", "192.0.2.1", "192.0.2.1"],
  ["{ type: address }", '"2001:db8::1"', "2001:db8::1"],
  ["{ type: cidr }", "10.0.0.0/8", "10.0.0.0/8"],
  ["{ type: cidr }", '"fd00::/8"', "fd00::/8"],
  ["{ type: cidr }", "192.0.2.1", "192.0.2.1/32"],
  ["{ type: cidr }", '"2001:db8::1"', "2001:db8::1/128"],
  ["{ type: choice, choices: [red, green] }", "green", "green"],
  ["{ type: secret }", "correct horse", "correct horse"],
  ["{ type: list, of: port }", "[80, 443]", [80, 443]],
  ["{ type: list, of: cidr }", "[10.0.0.1]", ["10.0.0.1/32"]],
  ["{ type: list, of: { type: choice, choices: [a, b] } }", "[b, a, b]", ["b", "a", "b"]],
  ["{ type: list, of: string }", "[]", []],
];

for (const [declaration, written, expected] of GOOD) {
  Deno.test(`checkGiven() takes ${written} for ${declaration}`, async () =>
    assert.deepEqual(await value(declaration, written), expected));
}

const BAD: readonly (readonly [string, string])[] = [
  ["string", "5"],
  ["string", "true"],
  ["string", "[a]"],
  ["string", '"a\\tb"'],
  ["string", '" a"'],
  ["integer", '"5"'],
  ["integer", "5.5"],
  ["number", "five"],
  ["boolean", "1"],
  ["boolean", "on"],
  ["port", "0"],
  ["port", "-1"],
  ["hostname", '""'],
  ["hostname", "-a.example"],
  ["hostname", "a..example"],
  ["hostname", "example.org."],
  ["hostname", "münchen.example"],
  ["hostname", `${"a".repeat(64)}.example`],
  ["hostname", `${"a.".repeat(127)}aa`],
  ["hostname", "a.example:80"],
  ["email", "a b@example.org"],
  ["url", "https:///path"],
  ["url", "ftp://example.org"],
  ["url", '"https://exa mple.org"'],
  ["path", ".."],
  ["path", "/srv/../etc"],
  ["address", "256.0.0.1"],
  ["address", "0x7f.0.0.1"],
  ["address", '"fe80::1%eth0"'],
  ["address", "10.0.0.0/8"],
  ["cidr", "10.0.0.0/33"],
  ["cidr", '"fd00::/129"'],
  ["secret", "1234567"],
  ["secret", '""'],
];

for (const [type, written] of BAD) {
  Deno.test(`checkGiven() refuses ${written} for type ${type}`, async () => {
    await assert.rejects(value(`{ type: ${type} }`, written), {
      name: "InvalidError",
      message: /^config\.yml:2:18: "variables\.it" [^\n]*$/,
    });
  });
}

Deno.test("checkGiven() does not advise !yaml for config.yml, which has no templates", async () => {
  await assert.rejects(value("{ type: port }", '"<%= 80 %>"'), {
    message: 'config.yml:2:18: "variables.it" must be a port, a whole number from 1 to 65535, not text',
  });
});

Deno.test("renderAppInfo() advises !yaml where a template gives text and something else must be", async () => {
  await assert.rejects(render(HELLO.replace("[hello.service]", '"<%= 1 %>"')), {
    message:
      'appinfo.yml:4:14: "enableunits" must be a list, not text: put !yaml before the template, so that its result is read as YAML',
  });
});

Deno.test("resolveVariables() renders defaults in the order of declaration, over the variables before them", async () => {
  const declarations = `variables:
  domain: { type: hostname, default: "<%= it.user.name %>.example.org" }
  port: { type: port, default: 3000 }
  url: { type: url, default: "https://<%= it.variables.domain %>:<%= it.variables.port %>/" }
  next: { type: port, default: !yaml "<%= it.variables.port + 1 %>" }
  peers: { type: list, of: cidr, default: ["<%= it.host.name === 'pets' ? '10.0.0.1' : '' %>"] }
`;
  const { variables } = await render(HELLO + declarations, `${CONFIG}variables: { port: 8080 }\n`);
  assert.deepEqual(variables, {
    domain: "app.example.org",
    port: 8080,
    url: "https://app.example.org:8080/",
    next: 8081,
    peers: ["10.0.0.1/32"],
  });
  assert.deepEqual(Object.keys(variables), ["domain", "port", "url", "next", "peers"]);
});

Deno.test("resolveVariables() reads as YAML what a default renders to, not the template", async () => {
  const { variables } = await render(
    `${HELLO}variables: { a: { type: integer, default: !yaml "<%= 'x: y: z'.length %>" } }\n`,
  );
  assert.deepEqual(variables, { a: 7 });
});

Deno.test("resolveVariables() renders no default whose variable config.yml gives", async () => {
  const renderer = new FakeRenderer();
  await render(
    `${HELLO}variables: { a: { type: string, default: "<%= it.nowhere.x %>" } }\n`,
    `${CONFIG}variables: { a: b }\n`,
    renderer,
  );
  assert.deepEqual(renderer.jobs, []);
});

Deno.test("resolveVariables() lists the values of secret variables, in lists as well", async () => {
  const declarations =
    "variables: { pw: { type: secret }, tokens: { type: list, of: secret }, open: { type: string } }\n";
  const given = "variables: { pw: hunter2hunter2, tokens: [aaaaaaaa, bbbbbbbb], open: x }\n";
  const { secretVariables } = await render(HELLO + declarations, CONFIG + given);
  assert.deepEqual(secretVariables, [
    { name: "pw", value: "hunter2hunter2" },
    { name: "tokens", value: "aaaaaaaa" },
    { name: "tokens", value: "bbbbbbbb" },
  ]);
});

Deno.test("resolveVariables() says of a default that cannot be rendered only that", async () => {
  const declarations =
    'variables: { a: { type: list, of: cidr, default: ["<%= it.nothing.x %>", 10.0.0.1] } }\n';
  await assert.rejects(render(HELLO + declarations), (error) => {
    assert.ok(error instanceof InvalidError);
    assert.equal(error.problems.length, 1);
    return true;
  });
});

Deno.test("checkGiven() never repeats a value", async () => {
  for (
    const type of [
      "string",
      "integer",
      "number",
      "boolean",
      "port",
      "hostname",
      "email",
      "url",
      "path",
      "address",
      "cidr",
      "secret",
    ]
  ) {
    for (const written of ['"s3c ret\\n"', '["s3c"]', "{ a: s3c }", '"s3c"', '" s3c_ret/../"']) {
      await value(`{ type: ${type} }`, written).catch((error: Error) =>
        assert.doesNotMatch(error.message, /s3c/)
      );
    }
  }
});
