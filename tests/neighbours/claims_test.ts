import assert from "node:assert/strict";
import { EVERYWHERE, formatNetwork } from "../../src/definition/network.ts";
import { formatPorts } from "../../src/definition/open_port.ts";
import { InvalidError, UserError } from "../../src/errors.ts";
import type { FileStat } from "../../src/host/system.ts";
import { type Claims, CLAIMS_DIRECTORY, CLAIMS_FILE, readClaims } from "../../src/neighbours/claims.ts";
import { FakeSystem } from "../support/fake_system.ts";

const GOOD = `
forgejo:
  domains: [Git.Example.org, "*.pages.example.org"]
  ports: [3000, 8000-8010, "53/udp", 22/tcp]
  networks: [10.1.2.3/8, "2001:DB8::/32"]
caddy:
  ports:
    - 80
    - "443"
"nobody.much-1": {}
constructor: {}
`;

/** A machine with a claims.yml of root's; `changes` say what is otherwise, by path. */
class Rooted extends FakeSystem {
  readonly #changes: Readonly<Record<string, Partial<FileStat>>>;

  constructor(content: string | undefined, changes: Readonly<Record<string, Partial<FileStat>>> = {}) {
    super(content === undefined ? {} : { files: { [CLAIMS_FILE]: content } });
    this.#changes = changes;
  }

  override lstat(path: string): FileStat | undefined {
    const stat = super.lstat(path);
    return stat &&
      { ...stat, ...(path.startsWith(CLAIMS_DIRECTORY) ? { uid: 0 } : {}), ...this.#changes[path] };
  }
}

async function refusal(
  system: FakeSystem,
): Promise<{ messages: readonly string[]; hint: string | undefined }> {
  try {
    await readClaims(system);
  } catch (error) {
    assert.ok(error instanceof InvalidError, String(error));
    return { messages: error.message.split("\n"), hint: error.hint };
  }
  return assert.fail("nothing was refused");
}

/** What claims say, for comparison. */
function told(claims: Claims | undefined): Record<string, string> {
  return Object.fromEntries([...claims ?? []].map(([user, { domains, ports, networks }]) => [
    user,
    [
      domains.join(" "),
      ports.map((port) => `${formatPorts(port)}/${port.protocol}`).join(" "),
      networks.map(formatNetwork).join(" "),
    ].join(" | "),
  ]));
}

Deno.test("readClaims() returns what root gives, by user, in one form", async () => {
  assert.deepEqual(told(await readClaims(new Rooted(GOOD))), {
    forgejo:
      "git.example.org *.pages.example.org | 3000/tcp 8000-8010/tcp 53/udp 22/tcp | 10.0.0.0/8 2001:db8::/32",
    caddy: ` | 80/tcp 443/tcp | ${EVERYWHERE.map(formatNetwork).join(" ")}`,
    constructor: ` |  | ${EVERYWHERE.map(formatNetwork).join(" ")}`,
    "nobody.much-1": ` |  | ${EVERYWHERE.map(formatNetwork).join(" ")}`,
  });
});

Deno.test("readClaims() knows of no claims where root keeps none", async () => {
  assert.equal(await readClaims(new FakeSystem()), undefined);
  const system = new Rooted(GOOD);
  system.addFile(`${CLAIMS_DIRECTORY}/allowed_signers`, "");
  system.removeFile(CLAIMS_FILE);
  assert.equal(await readClaims(system), undefined);
});

Deno.test("readClaims() reads nothing that it has not looked at before", async () => {
  const system = new Rooted(GOOD);
  const lstat = system.lstat.bind(system);
  system.lstat = (path) => path === CLAIMS_FILE ? undefined : lstat(path);
  assert.equal(await readClaims(system), undefined);
});

Deno.test("readClaims() takes {} for claims that give nobody anything", async () => {
  assert.deepEqual(told(await readClaims(new Rooted("{}\n"))), {});
  assert.notEqual(await readClaims(new Rooted("{}\n")), undefined);
});

const UNTRUSTED: readonly [string, Partial<FileStat>, string, string][] = [
  [CLAIMS_FILE, { uid: 1001 }, "it belongs to uid 1001, not to root", "chown root"],
  [CLAIMS_FILE, { mode: 0o664 }, "its mode is 0664, so others can change it", "chmod go-w"],
  [CLAIMS_FILE, { mode: 0o646 }, "its mode is 0646, so others can change it", "chmod go-w"],
  [CLAIMS_FILE, { kind: "link" }, "it is a symbolic link", "put the file itself there"],
  [CLAIMS_FILE, { kind: "other" }, "it is no regular file", "put the file itself there"],
  [CLAIMS_FILE, { kind: "directory" }, "it is no regular file", "put the file itself there"],
  [CLAIMS_DIRECTORY, { uid: 1001 }, "it belongs to uid 1001, not to root", "chown root"],
  [CLAIMS_DIRECTORY, { mode: 0o775 }, "its mode is 0775, so others can change it", "chmod go-w"],
  [CLAIMS_DIRECTORY, { mode: 0o757 }, "its mode is 0757, so others can change it", "chmod go-w"],
  [CLAIMS_DIRECTORY, { kind: "link" }, "it is a symbolic link", "put the directory itself there"],
  [CLAIMS_DIRECTORY, { kind: "file" }, "it is no directory", "put the directory itself there"],
];

for (const [path, change, why, hint] of UNTRUSTED) {
  Deno.test(`readClaims() refuses ${path} with ${JSON.stringify(change)}`, async () => {
    const { messages, hint: said } = await refusal(new Rooted(GOOD, { [path]: change }));
    assert.deepEqual(messages, [`/etc/ppm/claims.yml: Cannot trust ${path}: ${why}`]);
    assert.equal(said, `As root: ${hint}${hint.startsWith("put") ? "" : ` ${path}`}`);
  });
}

Deno.test("readClaims() refuses a directory that others can write also where no claims lie in it", async () => {
  const system = new Rooted(GOOD, { [CLAIMS_DIRECTORY]: { mode: 0o777 } });
  system.removeFile(CLAIMS_FILE);
  assert.equal((await refusal(system)).messages.length, 1);
});

Deno.test("readClaims() takes a file that cannot be read for no missing one", async () => {
  const system = new Rooted(GOOD);
  system.readFile = () => {
    throw new UserError("Cannot read /etc/ppm/claims.yml: Permission denied");
  };
  await assert.rejects(() => readClaims(system), /Permission denied/);
});

const WRONG: Readonly<Record<string, readonly string[]>> = {
  "": ["Cannot read an empty file"],
  "# nobody\n": ["Cannot read an empty file"],
  "- forgejo\n": ['1:1: Cannot read the file: it must be a mapping, lines like "key: value"'],
  "forgejo:\n": ['1:1: "forgejo" has no value; it must be a mapping'],
  "forgejo: [a.org]\n": ['1:10: "forgejo" must be a mapping, not a list'],
  "-rf: {}\n": ['1:1: The name "-rf" must be the name of a user'],
  "a b: {}\n": ['1:1: The name "a b" must be the name of a user'],
  "a/b: {}\n": ['1:1: The name "a/b" must be the name of a user'],
  "ann: {}\n'1000': {}\n": ['2:1: The name "1000" must be the name of a user'],
  "'..': {}\n": ['1:1: The name ".." must be the name of a user'],
  "a: {}\na: {}\n": ['2:1: Cannot use the key "a" twice'],
  "a: { domain: [x.org] }\n": ['1:6: Unknown key "domain" in "a". Did you mean "domains"?'],
  "a: { domains: x.org }\n": ['1:15: "a.domains" must be a list, not text: write [ ] around it'],
  'a: { domains: ["*"] }\n': [
    '1:16: "a.domains[0]" must be a host name: letters, digits and dashes, in parts divided by dots',
  ],
  'a: { domains: ["x.*.org"] }\n': [
    '1:16: "a.domains[0]" must be a host name: letters, digits and dashes, in parts divided by dots',
  ],
  'a: { domains: ["*.*.org"] }\n': [
    '1:16: "a.domains[0]" must be a host name: letters, digits and dashes, in parts divided by dots',
  ],
  "a: { domains: [10.0.0.1] }\n": ['1:16: "a.domains[0]" must be a host name, not an address'],
  "a: { domains: ['x.org '] }\n": ['1:16: "a.domains[0]" must not begin or end with a space'],
  "a: { domains: [7] }\n": ['1:16: "a.domains[0]" must be text, not a number: put it in quotes'],
  "a: { ports: [0] }\n": [
    '1:14: "a.ports[0]" must be a port from 1 to 65535, or a range like "8000-8010", with /udp behind it for udp',
  ],
  "a: { ports: [80.5, 65536, 8010-8000, 53/sctp, -1] }\n": [14, 20, 27, 38, 47].map((column, at) =>
    `1:${column}: "a.ports[${at}]" must be a port from 1 to 65535, or a range like "8000-8010", with /udp behind it for udp`
  ),
  "a: { ports: [true] }\n": ['1:14: "a.ports[0]" must be a number or text, not true or false'],
  "a: { networks: [10.0.0.0/33, localhost, 10.1.2, '::/0'] }\n": [17, 30, 41].map((column, at) =>
    `1:${column}: "a.networks[${at}]" must be an IPv4 or IPv6 address or network, like 10.0.0.0/8`
  ),
  "ann:\n  domains: [a_b.org]\n  prots: [80]\nben: 7\n": [
    '2:13: "ann.domains[0]" must be a host name: letters, digits and dashes, in parts divided by dots',
    '3:3: Unknown key "prots" in "ann". Did you mean "ports"?',
    '4:6: "ben" must be a mapping, not a number',
  ],
};

for (const [content, problems] of Object.entries(WRONG)) {
  Deno.test(`readClaims() refuses ${JSON.stringify(content)}`, async () => {
    const named = problems.map((problem) =>
      `/etc/ppm/claims.yml:${/^\d/.test(problem) ? "" : " "}${problem}`
    );
    assert.deepEqual((await refusal(new Rooted(content))).messages, named);
  });
}

Deno.test("readClaims() says how to give nobody anything, for a file that is empty", async () => {
  assert.match((await refusal(new Rooted(""))).hint ?? "", /Write \{\} to give nobody anything/);
});
