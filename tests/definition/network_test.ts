import fc from "fast-check";
import assert from "node:assert/strict";
import * as z from "zod/mini";
import {
  covers,
  EVERYWHERE,
  formatNetwork,
  mergeNetworks,
  type Network,
  parseNetwork,
} from "../../src/definition/network.ts";
import { parsePorts } from "../../src/definition/open_port.ts";

const WRITTEN: Readonly<Record<string, string>> = {
  "192.0.2.7": "192.0.2.7",
  "192.0.2.7/32": "192.0.2.7",
  "10.1.2.3/8": "10.0.0.0/8",
  "255.255.255.255/1": "128.0.0.0/1",
  "0.0.0.0/0": "0.0.0.0/0",
  "::": "::",
  "::/0": "::/0",
  "::1": "::1",
  "2001:DB8:0:0:0:0:0:1/128": "2001:db8::1",
  "2001:db8::ffff/32": "2001:db8::/32",
  "1:0:0:2:0:0:0:3": "1:0:0:2::3",
  "1:0:0:2:3:0:0:4": "1::2:3:0:0:4",
  "1:0:2:3:4:5:6:7": "1:0:2:3:4:5:6:7",
  "1:0:0:0:0:0:0:0": "1::",
  "::ffff:192.0.2.1": "::ffff:c000:201",
};

Deno.test("parseNetwork() and formatNetwork() write each network in one way", () => {
  for (const [text, expected] of Object.entries(WRITTEN)) {
    const network = parseNetwork(text);
    assert.ok(network !== undefined, text);
    assert.equal(formatNetwork(network), expected);
  }
});

Deno.test("parseNetwork() takes nothing else", () => {
  const others = ["", "10", "10.0.0.0/33", "::/129", "1.2.3.4/", "1.2.3.4/08", "1.2.3.256", "fe80::1%eth0"];
  for (const text of [...others, "1::2::3", "1:2:3", "example.org", " 1.2.3.4", "1.2.3.4/24/8", "/8"]) {
    assert.equal(parseNetwork(text), undefined, text);
  }
});

const aNetwork = fc.oneof(
  fc.tuple(fc.constant<4>(4), fc.bigInt(0n, 2n ** 32n - 1n), fc.integer({ min: 0, max: 32 })),
  fc.tuple(fc.constant<6>(6), fc.bigInt(0n, 2n ** 128n - 1n), fc.integer({ min: 0, max: 128 })),
).map(([version, address, prefix]): Network => {
  const host = BigInt((version === 4 ? 32 : 128) - prefix);
  return { version, first: address >> host << host, prefix };
});

Deno.test("parseNetwork() reads whatever formatNetwork() writes", () => {
  fc.assert(fc.property(aNetwork, (network) => {
    assert.deepEqual(parseNetwork(formatNetwork(network)), network);
  }));
});

Deno.test("mergeNetworks() loses nothing and keeps nothing twice", () => {
  fc.assert(fc.property(fc.array(aNetwork), (networks) => {
    const merged = mergeNetworks(networks);
    assert.ok(networks.every((network) => merged.some((kept) => covers(kept, network))));
    assert.ok(merged.every((one, at) => merged.every((other, its) => at === its || !covers(one, other))));
  }));
  assert.deepEqual(mergeNetworks([...EVERYWHERE, parseNetwork("10.0.0.0/8")!]), EVERYWHERE);
});

Deno.test("parsePorts() reads a port, or a range that does not go backwards", () => {
  assert.deepEqual(parsePorts("443"), { first: 443, last: 443 });
  assert.deepEqual(parsePorts("1-65535"), { first: 1, last: 65535 });
  for (const text of ["", "0", "65536", "2-1", "1-", "-1", "a", "1 - 2", "0x10", "1.5", "1e3"]) {
    assert.equal(parsePorts(text), undefined, text);
  }
});

const someWord = fc.oneof(
  fc.constantFrom("", "0", "00", "1", "ffff", "DB8", "fffff", "g", "::", "%eth0", " 1"),
  fc.nat(300).map(String),
);

/** What is nearly an address, or one. */
const nearlyAddress = fc.oneof(
  fc.ipV4(),
  fc.ipV4Extended(),
  fc.ipV6(),
  fc.array(someWord, { minLength: 1, maxLength: 9 }).map((words) => words.join(":")),
  fc.array(someWord, { minLength: 3, maxLength: 5 }).map((words) => words.join(".")),
  fc.tuple(fc.array(someWord, { maxLength: 7 }), fc.ipV4Extended()).map(([words, v4]) =>
    [...words, v4].join(":")
  ),
);

Deno.test("parseNetwork() takes the addresses that zod takes, and no others", () => {
  const address = z.union([z.ipv4(), z.ipv6()]);
  fc.assert(
    fc.property(nearlyAddress, (text) => {
      assert.equal(parseNetwork(text) !== undefined, z.safeParse(address, text).success, text);
    }),
    { numRuns: 5000 },
  );
});
