/** What the applications of a server ask of its firewall, as one ordered list of rules: the first that fits a packet decides. Each kind of firewall writes them in its own words. */
import {
  covers,
  EVERYWHERE,
  formatNetwork,
  mergeNetworks,
  type Network,
  parseNetwork,
} from "../../definition/network.ts";
import { formatPorts, parsePorts, type Protocol, type ProtocolPorts } from "../../definition/open_port.ts";
import type { Neighbour } from "../neighbour.ts";

/** Lets packets to `ports` through, from whoever is named. */
export interface AcceptRule extends ProtocolPorts {
  readonly verdict: "accept";
  /** `everybody`: whatever the address is; otherwise networks of one version, at least one, none of which holds another. */
  readonly from: "everybody" | { readonly version: 4 | 6; readonly networks: readonly Network[] };
  /** Whose port it is. */
  readonly user: string;
  /** What its application is called. */
  readonly app: string;
}

/** Turns packets to `ports` away, wherever they come from. */
export interface DropRule extends ProtocolPorts {
  readonly verdict: "drop";
}

export type Rule = AcceptRule | DropRule;

const PROTOCOLS: readonly Protocol[] = ["tcp", "udp"];

/**
 * Returns the rules for what `applications` publish: first those that let something through, then one for each range that is named, by them or in `closed`,
 * which turns the rest away. Ports that nobody names are in no rule. Throws TypeError for what no reader of state files lets through.
 */
export function firewallRules(
  applications: readonly Neighbour[],
  { closed = [] }: { readonly closed?: readonly ProtocolPorts[] } = {},
): readonly Rule[] {
  const named = new Map<string, DropRule>();
  const accepts = applications.flatMap(({ user, app, ports }) =>
    ports.flatMap((port) => {
      const target = checked(port);
      named.set(portsText(target), { verdict: "drop", ...target });
      return sources(port.from.map((network) => known(parseNetwork(network)))).map((from): AcceptRule => ({
        verdict: "accept",
        ...target,
        from,
        user,
        app: app.name,
      }));
    })
  );
  for (const ports of closed.map(checked)) named.set(portsText(ports), { verdict: "drop", ...ports });
  return [...accepts, ...[...named.values()].sort(byPort)];
}

/** The rules that let something through: all that a firewall needs which turns away whatever no rule names. */
export function accepting(rules: readonly Rule[]): readonly AcceptRule[] {
  return rules.filter((rule) => rule.verdict === "accept");
}

/** Writes ports as people do: `443/tcp`, `8000-8010/udp`. */
export function portsText(rule: ProtocolPorts): string {
  return `${formatPorts(rule)}/${rule.protocol}`;
}

/** Returns the networks of a rule as texts; of `everybody`, none: whatever the address is. */
export function networkTexts({ from }: AcceptRule): readonly string[] {
  return from === "everybody" ? [] : from.networks.map(formatNetwork);
}

/** What a rule can say in one go: everybody, or networks of one version. */
function sources(networks: readonly Network[]): readonly AcceptRule["from"][] {
  const merged = mergeNetworks(networks);
  if (EVERYWHERE.every((all) => merged.some((network) => covers(network, all)))) return ["everybody"];
  return ([4, 6] as const).flatMap((version) => {
    const own = merged.filter((network) => network.version === version);
    return own.length === 0 ? [] : [{ version, networks: own }];
  });
}

function byPort(a: DropRule, b: DropRule): number {
  return a.first - b.first || a.last - b.last || (a.protocol < b.protocol ? -1 : 1);
}

function checked({ first, last, protocol }: ProtocolPorts): ProtocolPorts {
  return {
    ...known(parsePorts(`${first}-${last}`)),
    protocol: known(PROTOCOLS.find((name) => name === protocol)),
  };
}

/** What comes from a state file has been read and checked; a text that is none of these would be a line of somebody else's in a script that root runs. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError("a published port was not checked");
  return value;
}
