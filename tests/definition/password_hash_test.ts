import assert from "node:assert/strict";
import { bcrypt } from "../../src/definition/bcrypt.ts";
import { PasswordHasher } from "../../src/definition/password_hash.ts";
import { sha512crypt } from "../../src/definition/sha512crypt.ts";

const hasher = new PasswordHasher("00".repeat(32));

const PASSWORDS = [
  "x",
  "correct horse battery staple",
  "päßwörd €🦕",
  " ",
  "%$\\\"'`;#",
  "a".repeat(71),
  "b".repeat(72),
];
const LONG = ["c".repeat(73), "d".repeat(127), "e".repeat(128), "f".repeat(129), "ü".repeat(200)];

/** What libxcrypt, as every Debian has it, makes of passwords with the salt that each hash names. */
async function libxcrypt(pairs: readonly (readonly [string, string])[]): Promise<string[]> {
  const script =
    "use JSON::PP; print encode_json([map { crypt(pack('H*', $_->[0]), $_->[1]) } @{decode_json(join '', <STDIN>)}])";
  const child = new Deno.Command("perl", { args: ["-e", script], stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(
    new TextEncoder().encode(JSON.stringify(pairs.map(([password, hash]) => [hex(password), hash]))),
  );
  await writer.close();
  return JSON.parse(new TextDecoder().decode((await child.output()).stdout));
}

function hex(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

Deno.test("hash() makes bcrypt hashes that libxcrypt verifies", async () => {
  const pairs = PASSWORDS.map((password) => [password, hasher.hash(password, { cost: 4 })] as const);
  assert.deepEqual(await libxcrypt(pairs), pairs.map(([, hash]) => hash));
});

Deno.test("hash() makes sha512crypt hashes that libxcrypt verifies, long passwords included", async () => {
  const pairs = [...PASSWORDS, ...LONG].flatMap((password) =>
    [1000, 5000, 5001].map((rounds) =>
      [password, hasher.hash(password, { algorithm: "sha512crypt", rounds })] as const
    )
  );
  assert.deepEqual(await libxcrypt(pairs), pairs.map(([, hash]) => hash));
});

Deno.test("sha512crypt() gives what openssl passwd -6 and libxcrypt give", () => {
  assert.equal(
    sha512crypt("Hello world!", "saltstring"),
    "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
  );
  assert.equal(
    sha512crypt("Hello world!", "saltstringsaltst", 10000),
    "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
  );
});

Deno.test("bcrypt() gives a known value", () => {
  assert.equal(bcrypt("x", new Uint8Array(16), 4).slice(0, 29), "$2b$04$" + ".".repeat(22));
});

Deno.test("hash() uses bcrypt with cost 10, and sha512crypt with 5000 rounds, where nothing else is asked", () => {
  assert.match(hasher.hash("x"), /^\$2b\$10\$/);
  assert.match(hasher.hash("x", { algorithm: "sha512crypt" }), /^\$6\$[./A-Za-z0-9]{16}\$[./A-Za-z0-9]{86}$/);
});

Deno.test("hash() gives other salts for another key, password, algorithm or work", () => {
  const other = new PasswordHasher("01".repeat(32));
  const hashes = [
    hasher.hash("x", { cost: 4 }),
    hasher.hash("x", { cost: 5 }),
    hasher.hash("y", { cost: 4 }),
    other.hash("x", { cost: 4 }),
    hasher.hash("x", { algorithm: "sha512crypt", rounds: 1000 }),
    hasher.hash("x", { algorithm: "sha512crypt", rounds: 1001 }),
  ];
  const salts = hashes.map((hash) => hash.startsWith("$2b$") ? hash.slice(7, 29) : hash.split("$").at(-2));
  assert.equal(new Set(salts).size, hashes.length);
  assert.equal(hasher.hash("x", { cost: 4 }), hashes[0]);
});

const REFUSED: readonly [unknown, Record<string, unknown>, RegExp][] = [
  ["", {}, /not empty/],
  [1, {}, /takes a password/],
  [undefined, {}, /takes a password/],
  ["a\0b", {}, /NUL/],
  ["a".repeat(73), {}, /at most 72 bytes/],
  ["ü".repeat(37), {}, /at most 72 bytes/],
  ["x", { cost: 3 }, /cost from 4 to 14/],
  ["x", { cost: 15 }, /cost from 4 to 14/],
  ["x", { cost: "10" }, /cost from 4 to 14/],
  ["x", { cost: 10.5 }, /cost from 4 to 14/],
  ["x", { rounds: 5000 }, /for bcrypt it is cost/],
  ["x", { algorithm: "sha512crypt", rounds: 999 }, /rounds from 1000/],
  ["x", { algorithm: "sha512crypt", rounds: 1e6 }, /rounds from 1000/],
  ["x", { algorithm: "sha512crypt", cost: 10 }, /for sha512crypt it is rounds/],
  ["x", { algorithm: "md5" }, /knows the algorithms/],
  ["x", { algorithms: "bcrypt" }, /no option "algorithms"/],
];

for (const [password, options, message] of REFUSED) {
  const shown = JSON.stringify(password)?.slice(0, 12);
  Deno.test(`hash() refuses ${shown} with ${JSON.stringify(options)}`, () => {
    assert.throws(() => hasher.hash(password, options), message);
  });
}
