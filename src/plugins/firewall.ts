/** Plugin `firewall`: says which ports of this application are to be reached from elsewhere. Root opens them; ppm only says so. */
import * as z from "zod/mini";
import { line } from "../config/schema.ts";
import { EVERYWHERE, type Network, parseNetwork } from "../definition/network.ts";
import { type OpenPort, parsePorts, parseProtocolPorts, publishedPorts } from "../definition/open_port.ts";
import { definePlugin } from "./plugin.ts";

const PORT = 'a port from 1 to 65535, or a range like "8000-8010"';

const number = z.number().check(z.check((context) => {
  if (parsePorts(`${context.value}`) !== undefined) return;
  context.issues.push({ code: "custom", message: `must be ${PORT}`, input: context.value });
}));

const ports = line((text) => parsePorts(text) === undefined ? `must be ${PORT}` : undefined);

const portsWithProtocol = line((text) =>
  parseProtocolPorts(text) === undefined
    ? `must be ${PORT}, with /tcp or /udp behind it where it matters`
    : undefined
);

const rule = z.strictObject({
  port: z.union([number, ports]).check(z.describe("a port, or a range of them")),
  protocol: z.optional(z.enum(["tcp", "udp"]).check(z.describe("tcp or udp; default: tcp"))),
  from: z.optional(
    z.array(
      line((text) =>
        parseNetwork(text) === undefined
          ? "must be an IPv4 or IPv6 address or network, like 10.0.0.0/8"
          : undefined
      ),
    ).check(z.describe("addresses and networks that may reach it; default: all")),
  ),
});

const opening = z.union([number, portsWithProtocol, rule]);

/** It publishes `open`: what `ppm firewall` makes rules of. */
export const firewall = definePlugin({
  name: "firewall",
  summary: "Asks root for open ports",
  schema: z.strictObject({
    open: z.union([number, portsWithProtocol, rule, z.array(opening)]).check(
      z.describe('ports to open: 443, "53/udp", or { port, protocol, from }, or a list of these'),
    ),
  }),
  contribute: ({ open }) => ({
    state: { open: publishedPorts((Array.isArray(open) ? open : [open]).map(toOpenPort)) },
  }),
});

/** An empty list of networks is taken at its word: nobody. */
function toOpenPort(item: z.output<typeof opening>): OpenPort {
  if (typeof item !== "object") return { ...known(parseProtocolPorts(`${item}`)), from: EVERYWHERE };
  const { protocol = "tcp", from } = item;
  const networks = from?.map((text): Network => known(parseNetwork(text))) ?? EVERYWHERE;
  return { ...known(parsePorts(`${item.port}`)), protocol, from: networks };
}

/** What the schema let through can be read. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError("the schema let through what it must not");
  return value;
}
