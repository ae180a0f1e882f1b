/** Ports that are to be reached from elsewhere: how they are written, and the one form that they are published in. */
import { formatNetwork, mergeNetworks, type Network } from "./network.ts";

/** Consecutive ports, or one. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export type Protocol = "tcp" | "udp";

/** Ports of one protocol. */
export interface ProtocolPorts extends PortRange {
  readonly protocol: Protocol;
}

/** Ports that some may reach. */
export interface OpenPort extends ProtocolPorts {
  /** Who, as networks. */
  readonly from: readonly Network[];
}

/** An open port as the state file has it; what is open to all is open to `0.0.0.0/0` and `::/0`. */
export interface PublishedPort extends ProtocolPorts {
  readonly from: readonly string[];
}

/** Reads `443` or `8000-8010`; undefined for what is neither a port nor a range of ports. */
export function parsePorts(text: string): PortRange | undefined {
  const [, from, to = from] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  return first >= 1 && first <= last && last <= 65535 ? { first, last } : undefined;
}

/** Reads `443`, `53/udp` or `8000-8010/tcp`; tcp where nothing else is said, undefined for anything else. */
export function parseProtocolPorts(text: string): ProtocolPorts | undefined {
  const [, range = "", protocol] = /^([^/]*)(?:\/(tcp|udp))?$/.exec(text) ?? [];
  const found = parsePorts(range);
  return found && { ...found, protocol: protocol === "udp" ? "udp" : "tcp" };
}

/** Writes ports: `443`, `8000-8010`. */
export function formatPorts({ first, last }: PortRange): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

/** Returns the form in which ports are published: by number, each range once, its networks merged. What nobody may reach is left out. */
export function publishedPorts(ports: readonly OpenPort[]): readonly PublishedPort[] {
  const groups = Map.groupBy(ports, ({ first, last, protocol }) => `${first}-${last}/${protocol}`);
  return [...groups.values()].flatMap((group) => {
    const { first, last, protocol } = group[0]!;
    const from = mergeNetworks(group.flatMap((port) => port.from)).map(formatNetwork);
    return from.length === 0 ? [] : [{ first, last, protocol, from }];
  }).sort((a, b) => a.first - b.first || a.last - b.last || (a.protocol < b.protocol ? -1 : 1));
}
