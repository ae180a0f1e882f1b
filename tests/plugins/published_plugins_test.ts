import assert from "node:assert/strict";
import { Problems } from "../../src/config/problems.ts";
import { parseYaml } from "../../src/config/yaml.ts";
import { InvalidError } from "../../src/errors.ts";
import { firewall } from "../../src/plugins/firewall.ts";
import { website } from "../../src/plugins/website.ts";

const APP = {
  name: "a",
  description: "",
  version: "1",
  mainunit: "a",
  enableunits: [],
  healthcheck: null,
  plugins: {},
  state: {},
};

/** What the one plugin in `text` publishes; or its problems. */
function publish(text: string): unknown {
  const document = parseYaml(`plugins:\n  ${text}\n`, "appinfo.yml");
  const problems = new Problems();
  const [[name, options] = ["", undefined]] = Object.entries(Object(document.value.plugins));
  const plugin = name === "firewall" ? firewall : website;
  const loaded = plugin.load(options, { document, path: ["plugins", name] }, problems);
  try {
    problems.throwIfAny();
  } catch (error) {
    assert.ok(error instanceof InvalidError);
    return error.message.split("\n");
  }
  return loaded?.contribute({ app: APP, instance: "i" }).state;
}

const ALL = ["0.0.0.0/0", "::/0"];

Deno.test("firewall publishes every way of writing a port in one form", () => {
  const one = { open: [{ first: 443, last: 443, protocol: "tcp", from: ALL }] };
  for (
    const open of ["443", '"443"', "443/tcp", "[443]", "{ port: 443 }", '{ port: "443", protocol: tcp }']
  ) {
    assert.deepEqual(publish(`firewall: { open: ${open} }`), one, open);
  }
  assert.deepEqual(publish("firewall: { open: [53/udp, 8000-8010] }"), {
    open: [
      { first: 53, last: 53, protocol: "udp", from: ALL },
      { first: 8000, last: 8010, protocol: "tcp", from: ALL },
    ],
  });
});

Deno.test("firewall sorts ports, merges what is said twice, and writes networks alike", () => {
  const open = [
    "{ port: 8443, from: [10.1.2.3/8, 10.9.0.0/16, 2001:DB8:0:0::1, 192.0.2.7] }",
    "{ port: 53, protocol: udp }",
    "53",
    "{ port: 8443, from: [::ffff:192.0.2.1, 10.0.0.0/8] }",
  ];
  assert.deepEqual(
    publish(`firewall: { open: [${open.map((each) => each.replaceAll("::", "::")).join(", ")}] }`),
    {
      open: [
        { first: 53, last: 53, protocol: "tcp", from: ALL },
        { first: 53, last: 53, protocol: "udp", from: ALL },
        {
          first: 8443,
          last: 8443,
          protocol: "tcp",
          from: ["10.0.0.0/8", "192.0.2.7", "::ffff:c000:201", "2001:db8::1"],
        },
      ],
    },
  );
});

Deno.test("firewall opens nothing to nobody", () => {
  assert.deepEqual(publish("firewall: { open: [{ port: 443, from: [] }] }"), { open: [] });
  assert.deepEqual(publish("firewall: { open: [] }"), { open: [] });
});

Deno.test("website publishes one site, or several by their addresses", () => {
  assert.deepEqual(publish('website: { domain: Git.Example.org, port: "3000" }'), {
    sites: [{ domain: "git.example.org", path: "/", port: 3000, websocket: false }],
  });
  assert.deepEqual(
    publish(
      "website: [{ domain: b.org, port: 2 }, { domain: a.org, port: 3, path: /x/, websocket: true }, { domain: a.org, port: 1 }]",
    ),
    {
      sites: [
        { domain: "a.org", path: "/", port: 1, websocket: false },
        { domain: "a.org", path: "/x/", port: 3, websocket: true },
        { domain: "b.org", path: "/", port: 2, websocket: false },
      ],
    },
  );
});

const F = "plugins.firewall";
const W = "plugins.website";
const PORT = 'must be a port from 1 to 65535, or a range like "8000-8010"';
const WRONG: readonly (readonly [string, ...string[]])[] = [
  [
    "firewall: {}",
    `2:3: Missing key "open" in "${F}": ports to open: 443, "53/udp", or { port, protocol, from }, or a list of these`,
  ],
  ["firewall: { open: 0 }", `2:21: "${F}.open" ${PORT}`],
  ["firewall: { open: [443, 70000, 1.5] }", `2:27: "${F}.open[1]" ${PORT}`, `2:34: "${F}.open[2]" ${PORT}`],
  [
    "firewall: { open: 8010-8000 }",
    `2:21: "${F}.open" ${PORT}, with /tcp or /udp behind it where it matters`,
  ],
  ["firewall: { open: 443/sctp }", `2:21: "${F}.open" ${PORT}, with /tcp or /udp behind it where it matters`],
  ["firewall: { open: { port: 443/tcp } }", `2:29: "${F}.open.port" ${PORT}`],
  [
    "firewall: { open: [{ port: 443, protocol: tpc }] }",
    `2:45: "${F}.open[0].protocol" must be "tcp" or "udp". Did you mean "tcp"?`,
  ],
  [
    "firewall: { open: [{ port: 443, form: [] }] }",
    `2:35: Unknown key "form" in "${F}.open[0]". Did you mean "from"?`,
  ],
  [
    "firewall: { open: [{ protocol: tcp }] }",
    `2:22: Missing key "port" in "${F}.open[0]": a port, or a range of them`,
  ],
  [
    "firewall: { open: [{ port: 1, from: [10.0.0.0/33, example.org, 1.2.3, fe80::1%eth0, 10.0.0.1 ] }] }",
    ...[40, 53, 66, 73].map((column, at) =>
      `2:${column}: "${F}.open[0].from[${at}]" must be an IPv4 or IPv6 address or network, like 10.0.0.0/8`
    ),
  ],
  [
    "firewall: { open: { port: 1, from: 10.0.0.1 } }",
    `2:38: "${F}.open.from" must be a list, not text: write [ ] around it`,
  ],
  [
    "firewall: { open: true }",
    `2:21: "${F}.open" must be a number or text or a mapping or a list, not true or false`,
  ],
  [
    "website: {}",
    `2:3: Missing key "domain" in "${W}": the host name in the address, for instance git.example.org`,
    `2:3: Missing key "port" in "${W}": where the application listens, on loopback`,
  ],
  [
    "website: { domain: 10.0.0.1, port: 0 }",
    `2:22: "${W}.domain" must be a host name, not an address`,
    `2:38: "${W}.port" must be at least 1`,
  ],
  ['website: { domain: a.org, port: "70000" }', `2:35: "${W}.port" must be a port from 1 to 65535`],
  [
    "website: [{ domain: a.org, port: 1 }, { domain: A.org, port: 2, path: / }]",
    `2:41: "${W}[1]" must not be the second site at a.org/`,
  ],
  ["website: { domain: a.org, port: 1, path: git }", `2:44: "${W}.path" must begin with a slash`],
  [
    "website: { domain: a.org, port: 1, path: /a//b }",
    `2:44: "${W}.path" must be written without empty parts, . and ..`,
  ],
  [
    "website: { domain: a.org, port: 1, path: '/a;}' }",
    `2:44: "${W}.path" must be letters, digits, and - . _ ~ / or % with two digits`,
  ],
  [
    "website: { domain: a.org, port: 1, websockets: true }",
    `2:38: Unknown key "websockets" in "${W}". Did you mean "websocket"?`,
  ],
];

for (const [text, ...expected] of WRONG) {
  Deno.test(`a plugin that publishes refuses ${text}`, () => {
    assert.deepEqual(publish(text), expected.map((problem) => `appinfo.yml:${problem}`));
  });
}
