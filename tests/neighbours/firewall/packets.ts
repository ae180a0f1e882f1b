/** What a script of each format does to a packet, read from nothing but its text: each line must be one that this knows. */
import assert from "node:assert/strict";
import { covers, type Network, parseNetwork } from "../../../src/definition/network.ts";
import type { Protocol } from "../../../src/definition/open_port.ts";

/** A packet that arrives from another machine. */
export interface Packet {
  /** An address of either version. */
  readonly from: Network;
  readonly protocol: Protocol;
  readonly port: number;
}

/** Whether a packet gets through, where nothing but the script filters. */
export type Filter = (script: string, packet: Packet) => boolean;

/** A table that accepts what it says nothing of. */
export function throughNft(script: string, packet: Packet): boolean {
  const body = script.slice(
    script.indexOf("\t\tct direction reply accept\n"),
    script.lastIndexOf("\t}\n}\n"),
  );
  for (const line of body.split("\n").slice(1, -1)) {
    const found =
      /^\t\t(?:meta nfproto ipv([46]) |ip(6?) saddr \{ ([^}]*) \} )?(tcp|udp) dport (\d+)(?:-(\d+))? (?:(accept) comment "[^"]{1,127}"|drop)$/
        .exec(line);
    assert.ok(found, `a line that nft would take for something else: ${line}`);
    const [, all, six, networks, protocol, first, last = first, accept] = found;
    if (all !== undefined && packet.from.version !== Number(all)) continue;
    if (networks !== undefined) {
      assert.ok(networks.split(", ").every((text) => text.includes(":") === (six === "6")), line);
      if (!networks.split(", ").some((text) => holds(text, packet))) continue;
    }
    if (protocol === packet.protocol && Number(first) <= packet.port && packet.port <= Number(last)) {
      return accept !== undefined;
    }
  }
  return true;
}

/** A policy: what it does not accept is turned away. */
export function throughFirewalld(script: string, packet: Packet): boolean {
  const policy = script.slice(script.indexOf('<egress-zone name="HOST"/>'), script.indexOf("</policy>"));
  return policy.split("\n").slice(1, -1).some((line) => {
    const found =
      /^ {2}<rule(?: family="ipv([46])")?>(?:<source address="([^"]*)"\/>)?<port port="(\d+)(?:-(\d+))?" protocol="(tcp|udp)"\/><accept\/><\/rule>$/
        .exec(line);
    assert.ok(found, `a line that firewalld would take for something else: ${line}`);
    const [, family, network, first, last = first, protocol] = found;
    return (family === undefined || packet.from.version === Number(family)) &&
      (network === undefined || holds(network, packet)) &&
      protocol === packet.protocol && Number(first) <= packet.port && packet.port <= Number(last);
  });
}

/** Rules that allow: the rest is turned away. */
export function throughUfw(script: string, packet: Packet): boolean {
  const wanted = script.slice(script.indexOf("<<'END'\n") + 8, script.indexOf("\nEND\n") + 1);
  return wanted.split("\n").filter((line) => line !== "").some((line) => {
    const short = /^allow (\d+)(?::(\d+))?\/(tcp|udp)$/.exec(line);
    const long = /^allow from (\S+) to any port (\d+)(?::(\d+))? proto (tcp|udp)$/.exec(line);
    assert.ok(short ?? long, `a line that ufw would take for something else: ${line}`);
    const [network, first, last = first, protocol] = short ? [undefined, ...short.slice(1)] : long!.slice(1);
    return (network === undefined || holds(network, packet)) &&
      protocol === packet.protocol && Number(first) <= packet.port && packet.port <= Number(last);
  });
}

function holds(text: string, { from }: Packet): boolean {
  const network = parseNetwork(text);
  assert.ok(network, `not a network: ${text}`);
  return covers(network, from);
}
