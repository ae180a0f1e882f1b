/** Ports as grants: `port 443/tcp from anywhere` is what a firewall is asked for, `port 443/tcp on every address` is where somebody listens. */
import { covers, EVERYWHERE, formatNetwork, type Network, parseNetwork } from "../definition/network.ts";
import { formatPorts, parsePorts, type PortRange } from "../definition/open_port.ts";

/** A grant of ports. */
export interface PortGrant extends PortRange {
  readonly protocol: string;
  /** `from`: whom a firewall lets in; `on`: at which of this server's addresses somebody listens. */
  readonly side: "from" | "on";
  /** Whom, or where; all of {@linkcode EVERYWHERE} for both versions of IP. */
  readonly networks: readonly Network[];
}

const EVERY = { from: "anywhere", on: "every address" } as const;
const EVERY_V4 = "every IPv4 address";
const LOOPBACK = ["127.0.0.0/8", "::1", "::ffff:127.0.0.0/104"].flatMap((text) => parseNetwork(text) ?? []);

/** Returns a grant in words, one for each network. */
export function formatPortGrant(grant: PortGrant): readonly string[] {
  const { side, protocol, networks } = grant;
  const port = `port ${formatPorts(grant)}/${protocol} ${side}`;
  if (EVERYWHERE.every((all) => networks.some((network) => covers(network, all)))) {
    return [`${port} ${EVERY[side]}`];
  }
  return networks.map((network) => {
    const isEvery = side === "on" && network.version === 4 && network.prefix === 0;
    return `${port} ${isEvery ? EVERY_V4 : formatNetwork(network)}`;
  });
}

/** Reads what {@linkcode formatPortGrant} has written; undefined for every other grant. */
export function parsePortGrant(text: string): PortGrant | undefined {
  const [, ports = "", protocol = "", side, where = ""] =
    /^port ([0-9-]+)\/([a-z]+) (from|on) (.+)$/.exec(text) ?? [];
  const range = parsePorts(ports);
  if (range === undefined || (side !== "from" && side !== "on")) return undefined;
  const networks = where === EVERY[side]
    ? EVERYWHERE
    : [parseNetwork(where === EVERY_V4 ? "0.0.0.0/0" : where) ?? []].flat();
  return networks.length === 0 ? undefined : { ...range, protocol, side, networks };
}

/** Whether all of `grant` is among `others`: each of its ports, for each of its networks. */
export function isCovered(grant: PortGrant, others: readonly PortGrant[]): boolean {
  return grant.networks.every((network) => {
    const ranges = others.filter(({ side, protocol, networks }) =>
      side === grant.side && protocol === grant.protocol && networks.some((outer) => covers(outer, network))
    ).toSorted((a, b) => a.first - b.first);
    const reached = ranges.reduce(
      (next, { first, last }) => first <= next ? Math.max(next, last + 1) : next,
      grant.first,
    );
    return reached > grant.last;
  });
}

/** Returns the grant of listening at `address`, all of them where it is undefined; null for loopback, which others cannot reach; undefined for what is no address. */
export function listening(
  ports: PortRange,
  protocol: string,
  address: string | undefined,
): PortGrant | null | undefined {
  const grant = { ...ports, protocol, side: "on" } as const;
  if (address === undefined || address === "::") return { ...grant, networks: EVERYWHERE };
  const network = parseNetwork(address === "0.0.0.0" ? "0.0.0.0/0" : address.replace(/%.*$/, ""));
  if (network === undefined) return undefined;
  return LOOPBACK.some((loopback) => covers(loopback, network)) ? null : { ...grant, networks: [network] };
}
