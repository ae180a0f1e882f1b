import assert from "node:assert/strict";
import fc from "fast-check";
import { covers, formatNetwork, type Network, parseNetwork } from "../../../src/definition/network.ts";
import type { PublishedPort } from "../../../src/definition/open_port.ts";
import { FORMATS } from "../../../src/neighbours/firewall/formats.ts";
import { firewallRules } from "../../../src/neighbours/firewall/rules.ts";
import { ALL, asking } from "./fixture.ts";
import { type Packet, throughFirewalld, throughNft, throughUfw } from "./packets.ts";

/** Few addresses, all over the space and close together, so that networks hold each other and packets hit them. */
const host = fc.oneof(fc.bigInt(0n, 15n), fc.bigInt(0n, 2n ** 128n - 1n));
const network = fc.record({
  version: fc.constantFrom<4 | 6>(4, 6),
  host,
  prefix: fc.oneof(fc.constantFrom(0, 1, 28, 30, 32, 124, 126, 128), fc.nat(128)),
}).map(({ version, host, prefix }): Network => {
  const bits = version === 4 ? 32 : 128;
  const text = formatNetwork({ version, first: BigInt.asUintN(bits, host), prefix: bits });
  return parseNetwork(`${text}/${Math.min(prefix, bits)}`)!;
});
const address = fc.record({ version: fc.constantFrom<4 | 6>(4, 6), host }).map(
  ({ version, host }): Network => {
    const bits = version === 4 ? 32 : 128;
    return { version, first: BigInt.asUintN(bits, host), prefix: bits };
  },
);
const protocol = fc.constantFrom<"tcp" | "udp">("tcp", "udp");
const number = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 65535));
const port = fc.record({
  first: number,
  more: fc.nat(3),
  protocol,
  from: fc.oneof(fc.constant(ALL), fc.array(network.map(formatNetwork), { maxLength: 5 })),
}).map(({ first, more, ...rest }): PublishedPort => ({
  ...rest,
  first,
  last: Math.min(first + more, 65535),
}));
const applications = fc.array(fc.array(port, { maxLength: 4 }), { maxLength: 4 }).map((all) =>
  all.map((ports, at) => asking(`user${at}`, ports))
);
const packets = fc.array(fc.record({ from: address, protocol, port: number }), {
  minLength: 5,
  maxLength: 20,
});

/** What should become of a packet, said as simply as it can be. */
function model(
  ports: readonly PublishedPort[],
  packet: Packet,
): { readonly named: boolean; readonly asked: boolean } {
  const named = ports.filter(({ first, last, protocol }) =>
    protocol === packet.protocol && first <= packet.port && packet.port <= last
  );
  const asked = named.some(({ from }) => from.some((text) => covers(parseNetwork(text)!, packet.from)));
  return { named: named.length > 0, asked };
}

Deno.test("firewallRules() lets through, in each format, exactly what some application asks for", () => {
  let [through, away] = [0, 0];
  fc.assert(
    fc.property(applications, packets, (asked, packets) => {
      const rules = firewallRules(asked);
      const ports = asked.flatMap(({ ports }) => ports);
      const script = { rules, leftOut: [] };
      const scripts = {
        nft: FORMATS.nft(script),
        firewalld: FORMATS.firewalld(script),
        ufw: FORMATS.ufw(script),
      };
      for (const packet of packets) {
        const expected = model(ports, packet);
        assert.equal(throughNft(scripts.nft, packet), expected.asked || !expected.named, scripts.nft);
        assert.equal(throughFirewalld(scripts.firewalld, packet), expected.asked, scripts.firewalld);
        assert.equal(throughUfw(scripts.ufw, packet), expected.asked, scripts.ufw);
        if (expected.named) expected.asked ? through++ : away++;
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(
    through > 300 && away > 300,
    `${through} let through, ${away} turned away: too few of one of them`,
  );
});

Deno.test("firewallRules() has one rule that drops for each range, after all that accept, by number", () => {
  const rules = firewallRules([
    asking("b", [{ first: 53, last: 53, protocol: "udp", from: ALL }]),
    asking("a", [{ first: 53, last: 53, protocol: "udp", from: ["10.0.0.1"] }, {
      first: 53,
      last: 53,
      protocol: "tcp",
      from: [],
    }]),
  ]);
  assert.deepEqual(
    rules.map(({ verdict, first, protocol }) => `${verdict} ${first}/${protocol}`),
    ["accept 53/udp", "accept 53/udp", "drop 53/tcp", "drop 53/udp"],
  );
});

Deno.test("firewallRules() takes what holds every address of both versions for everybody, however it is written", () => {
  const from = (...from: readonly string[]) => {
    const [rule] = firewallRules([asking("a", [{ first: 1, last: 1, protocol: "tcp", from }])]);
    return rule?.verdict === "accept" ? rule.from : undefined;
  };
  assert.equal(from("::/0", "10.0.0.0/8", "0.0.0.0/0"), "everybody");
  assert.notEqual(from("0.0.0.0/0"), "everybody");
  assert.equal(from(), undefined);
});

Deno.test("firewallRules() throws for what no reader lets through, so that it cannot become a line of a script", () => {
  const good = { first: 1, last: 1, protocol: "tcp", from: ALL } as const;
  const wrong: readonly unknown[] = [
    { ...good, from: ["10.0.0.0/8 }; flush ruleset; #"] },
    { ...good, from: ["10.0.0.0/8\ntcp dport 22 drop"] },
    { ...good, from: ["$(reboot)"] },
    { ...good, first: "1; flush ruleset" },
    { ...good, last: 65536 },
    { ...good, first: 0 },
    { ...good, first: 2 },
    { ...good, first: NaN },
    { ...good, protocol: "tcp dport 22 drop; udp" },
  ];
  for (const port of wrong) {
    assert.throws(() => firewallRules([asking("a", [port as PublishedPort])]), TypeError, Deno.inspect(port));
  }
});
