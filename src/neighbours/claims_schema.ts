/** The schema of claims.yml. Its descriptions are for people: they appear in messages and in the JSON Schema for editors. */
import * as z from "zod/mini";
import { line } from "../config/schema.ts";
import { parseNetwork } from "../definition/network.ts";
import { parseProtocolPorts } from "../definition/open_port.ts";
import { domainFault } from "../definition/site.ts";
import { isUserName } from "../host/user_ids.ts";

const PORTS = 'must be a port from 1 to 65535, or a range like "8000-8010", with /udp behind it for udp';

const NETWORK = "must be an IPv4 or IPv6 address or network, like 10.0.0.0/8";

const USER = "must be the name of a user";

/** `*.x` stands for every name below x. */
const domain = line((text) => domainFault(text.replace(/^\*\./, ""))).check(
  z.meta({
    pattern: "^(\\*\\.)?[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*$",
    examples: ["git.example.org", "*.pages.example.org"],
  }),
);

const ports = z.union([
  z.number().check(
    z.check((context) => {
      if (parseProtocolPorts(`${context.value}`) !== undefined) return;
      context.issues.push({ code: "custom", message: PORTS, input: context.value });
    }),
    z.meta({ type: "integer", minimum: 1, maximum: 65535 }),
  ),
  line((text) => parseProtocolPorts(text) === undefined ? PORTS : undefined).check(
    z.meta({ pattern: "^[0-9]{1,5}(-[0-9]{1,5})?(/(tcp|udp))?$", examples: ["8000-8010", "53/udp"] }),
  ),
]);

const network = line((text) => parseNetwork(text) === undefined ? NETWORK : undefined).check(
  z.meta({ examples: ["10.0.0.0/8", "2001:db8::/32"] }),
);

const claim = z.strictObject({
  domains: z.optional(
    z.array(domain).check(
      z.describe(
        "host names that its sites may have; *.x is every name below x, at any depth, without x itself",
      ),
    ),
  ),
  ports: z.optional(
    z.array(ports).check(
      z.describe(
        "ports and ranges that its sites may listen on and its firewall may open; tcp, unless /udp stands behind it",
      ),
    ),
  ),
  networks: z.optional(
    z.array(network).check(
      z.describe("from where its ports may be reached; default: from everywhere"),
    ),
  ),
});

/** The whole of claims.yml: what each user may have. */
export const CLAIMS_SCHEMA = z.record(
  z.string().check(
    z.check((context) => {
      if (isUserName(context.value)) return;
      context.issues.push({ code: "custom", message: USER, input: context.value });
    }),
    z.meta({ pattern: "^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$" }),
  ),
  claim.check(z.describe("what this user's application may have; what is not said here it has not")),
).check(
  z.meta({
    title: "claims.yml",
    description:
      "Which user of this server may have which domains, ports and networks; who is not in it has nothing",
  }),
);
