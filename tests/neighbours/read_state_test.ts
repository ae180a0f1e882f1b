import assert from "node:assert/strict";
import fc from "fast-check";
import type { Application } from "../../src/neighbours/neighbour.ts";
import { readState, StateFault } from "../../src/neighbours/read_state.ts";
import { formatState, type PublishedState } from "../../src/neighbours/state_file.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

const STATE: PublishedState = {
  version: 1,
  instance: "forge",
  user: "git",
  host: "server",
  app: { name: "forgejo", description: "A forge: light, and for everybody # really", version: "11.0" },
  definition: { repository: "https://git.example.org/forgejo.git", commit: COMMIT },
  units: ["forgejo.service", "forgejo-clean.timer"],
  plugins: {
    website: {
      sites: [
        { domain: "git.example.org", path: "/", port: 3000, websocket: false },
        { domain: "git.example.org", path: "/live", port: 3001, websocket: true },
      ],
    },
    firewall: {
      open: [{ first: 2222, last: 2230, protocol: "tcp", from: ["10.0.0.0/8", "2001:db8::/32"] }],
    },
  },
  state: { admin: "alice", deep: { list: [1, "two", null, []], none: {} } },
  times: { backup: "2026-11-22T22:00:00.000Z" },
};

const TEXT = formatState(STATE, [], { line: 1, column: 1 });

function read(text: string, user = "git"): Application {
  return readState(new TextEncoder().encode(text), user);
}

/** Returns what is wrong with `text`. */
function fault(text: string): string {
  try {
    read(text);
  } catch (error) {
    assert.ok(error instanceof StateFault, String(error));
    return error.message;
  }
  return assert.fail(`took ${text}`);
}

Deno.test("readState() returns what formatState() was given, sorted, with what plugins publish in its place", () => {
  assert.deepEqual(read(TEXT), {
    user: "git",
    instance: "forge",
    host: "server",
    app: STATE.app,
    definition: STATE.definition,
    units: ["forgejo-clean.timer", "forgejo.service"],
    sites: [
      { domain: "git.example.org", path: "/", port: 3000, websocket: false },
      { domain: "git.example.org", path: "/live", port: 3001, websocket: true },
    ],
    ports: [{ first: 2222, last: 2230, protocol: "tcp", from: ["10.0.0.0/8", "2001:db8::/32"] }],
    state: STATE.state,
    times: STATE.times,
  });
});

Deno.test("readState() takes a file without plugins and without times", () => {
  const application = read(formatState({ ...STATE, plugins: {}, times: {} }, [], { line: 1, column: 1 }));
  assert.deepEqual([application.sites, application.ports, application.times], [[], [], {}]);
});

Deno.test("readState() leaves out what a newer ppm writes besides", () => {
  const newer = TEXT.replace("state:\n", "later: 1\nstate:\n").replace(
    "plugins:\n",
    "plugins:\n  later:\n    a: b\n",
  )
    .replace("        port: 3000\n", "        port: 3000\n        later: x\n");
  assert.notEqual(newer, TEXT);
  assert.deepEqual(read(newer), read(TEXT));
});

Deno.test("readState() writes ports as ppm would publish them, whatever form they have", () => {
  const from = TEXT.replace("10.0.0.0/8", "10.1.2.3/8").replace("2001:db8::/32", "2001:0DB8:0::/32");
  assert.deepEqual(read(from).ports, read(TEXT).ports);
});

const FAULTS: readonly [what: string, from: string, to: string, fault: RegExp][] = [
  ["another version", "version: 1", "version: 2", /version is not 1/],
  ["no version", "version: 1\n", "", /version is not a number/],
  ["the name of somebody else", "user: git", "user: alice", /somebody else's/],
  ["a user that is none", "user: git", "user: ../git", /user is not the name of a user/],
  ["an instance that is a path", "instance: forge", "instance: ../forge", /instance is not as it must be/],
  ["a host with a blank", "host: server", "host: a b", /host is not as it must be/],
  ["an application without a name", "  name: forgejo\n", "", /app\.name is not a text/],
  ["a version that is a number", "version: '11.0'", "version: 11", /app\.version is not a text/],
  ["a version with a line break", "version: '11.0'", 'version: "1\\n2"', /line 9 is not as/],
  ["a description with a mark that reverses it", "host: server", 'host: "\\u202Ea"', /line 5 is not as/],
  ["a commit that is none", COMMIT, "main", /definition\.commit is not as it must be/],
  ["a unit that is a path", "forgejo.service", "../x.service", /units\[0\] is not as it must be/],
  ["a unit that is an option", "- forgejo.service", "- '--now .service'", /units\[0\] is not as it must be/],
  [
    "units that are no list",
    "units:\n  - forgejo.service\n  - forgejo-clean.timer\n",
    "units: a\n",
    /units is not a list/,
  ],
  ["no plugins", "plugins:", "plugin:", /plugins is not a mapping/],
  [
    "a domain that is none",
    "domain: git.example.org",
    "domain: 'a {'",
    /plugins\.website\.sites\[0\]\.domain must be a host name/,
  ],
  [
    "a domain that is an address",
    "domain: git.example.org",
    "domain: 10.0.0.1",
    /domain must be a host name, not an address/,
  ],
  [
    "a domain with upper case",
    "domain: git.example.org",
    "domain: Git.example.org",
    /domain is not lower case/,
  ],
  ["an open domain", "domain: git.example.org", "domain: '*.example.org'", /domain must be a host name/],
  ["a domain with a line break", "domain: git.example.org", 'domain: "a\\n}"', /line 19 is not as/],
  ["a path that a web server understands", "path: /live", "path: '/{live}'", /sites\[1\]\.path must be/],
  ["a path that climbs", "path: /live", "path: /a/../b", /sites\[1\]\.path must be/],
  ["one address twice", "path: /live", "path: /", /sites has one address twice/],
  ["port 0", "port: 3000", "port: 0", /port is not a whole number from 1 to 65535/],
  ["half a port", "port: 3000", "port: 3000.5", /port is not a whole number/],
  ["a port that is a text", "port: 3000", "port: '3000'", /port is not a number/],
  ["websocket yes", "websocket: true", "websocket: yes", /websocket is not true or false/],
  ["a protocol that ppm does not know", "protocol: tcp", "protocol: sctp", /protocol is not tcp or udp/],
  ["a range that ends before it begins", "last: 2230", "last: 22", /open\[0\] is not a range/],
  ["what is no network", "10.0.0.0/8", "10.0.0.0/8; accept", /open\[0\]\.from has what is no network/],
  ["a set of networks", "10.0.0.0/8", "'@set'", /from has what is no network/],
  ["state that is a list", "state:\n", "state: []\nlater:\n", /state is not a mapping/],
  ["state with a line break", "admin: alice", 'admin: "a\\nb"', /line [0-9]+ is not as/],
  [
    "state with a line break in a key",
    "admin: alice",
    '"a\\nb": alice',
    /has a key that is no name/,
  ],
  [
    "state with half a character",
    "admin: alice",
    'admin: "\\uD800"',
    /line [0-9]+ is not as/,
  ],
  [
    "a time that is none",
    "2026-11-22T22:00:00.000Z",
    "2026-13-22T22:00:00.000Z",
    /times\.backup is not a time/,
  ],
  ["a time that is a text", "2026-11-22T22:00:00.000Z", "yesterday", /times\.backup is not a time/],
  [
    "a text that is too long",
    "version: '11.0'",
    `version: '${"1".repeat(300)}'`,
    /app\.version has more than 200 characters/,
  ],
];

for (const [what, from, to, expected] of FAULTS) {
  Deno.test(`readState() refuses the whole for ${what}`, () => {
    const text = TEXT.replace(from, () => to);
    assert.notEqual(text, TEXT);
    assert.match(fault(text), expected);
  });
}

Deno.test("readState() refuses what is no UTF-8", () => {
  assert.throws(
    () => readState(Uint8Array.of(...new TextEncoder().encode(TEXT), 0xff), "git"),
    /is not UTF-8/,
  );
});

Deno.test("readState() takes any bytes or faults them in one short line of its own", () => {
  const sound = new TextEncoder().encode(TEXT);
  const damage = fc.tuple(fc.nat(sound.length), fc.nat(30), fc.uint8Array({ maxLength: 10 }));
  const damaged = fc.array(damage, { maxLength: 4 }).map((damages) =>
    damages.reduce(
      (bytes, [at, length, inserted]) =>
        Uint8Array.of(...bytes.subarray(0, at), ...inserted, ...bytes.subarray(at + length)),
      sound,
    )
  );
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), (bytes) => {
      try {
        assert.equal(readState(bytes, "git").user, "git");
      } catch (error) {
        assert.ok(error instanceof StateFault, String(error));
        assert.match(error.message, /^[ -~]{1,200}$/);
      }
    }),
    { numRuns: 3000 },
  );
});

/** What a state file may be full of. */
const FULL: Readonly<Record<string, string>> = {
  networks: TEXT.replace(
    "          - 10.0.0.0/8\n",
    Array.from({ length: 2200 }, (_, at) => `          - 10.${at >> 8}.${at & 255}.0/24\n`).join(""),
  ),
  "networks of IPv6": TEXT.replace(
    "          - 10.0.0.0/8\n",
    Array.from({ length: 2000 }, (_, at) => `          - 2001:db8:${at.toString(16)}::/48\n`).join(""),
  ),
  sites: TEXT.replace(
    "      - domain",
    Array.from(
      { length: 700 },
      (_, at) =>
        `      - domain: a${at}.example.org\n        path: /\n        port: 1\n        websocket: true\n`,
    ).join(
      "",
    ) + "      - domain",
  ),
  state: `${TEXT.replace(/^times:[^]*/m, "")}${
    Array.from({ length: 5000 }, (_, at) => `  k${at}: 1\n`).join("")
  }`,
};

for (const [what, text] of Object.entries(FULL)) {
  Deno.test(`readState() needs no more than a moment for 64 KiB of ${what}`, () => {
    assert.ok(text.length > 45_000 && text.length <= 65536, `${text.length}`);
    const before = performance.now();
    read(text);
    const took = performance.now() - before;
    assert.ok(took < 1000, `${took} ms`); // twenty times what it takes, for a busy machine: quadratic would be more
  });
}

Deno.test("formatState() refuses what no reader would take", () => {
  const longer = { ...STATE, app: { ...STATE.app, description: "x".repeat(1001) } };
  assert.throws(
    () => formatState(longer, [], { line: 7, column: 1 }),
    /^InvalidError: appinfo\.yml:7:1: the state file cannot be published, because it is wrong: app\.description has more than 1000 characters$/,
  );
});
