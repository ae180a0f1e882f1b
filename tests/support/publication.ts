/** Applications as neighbours publish them, and claims about them, in few words; and what fast-check makes of both. */
import fc from "fast-check";
import { checkClaims } from "../../src/neighbours/check_claims.ts";
import type { Claim, Claims } from "../../src/neighbours/claims.ts";
import type { Application } from "../../src/neighbours/neighbour.ts";
import type { Publication } from "../../src/neighbours/allow.ts";
import { mergeNetworks, parseNetwork } from "../../src/definition/network.ts";
import { parseProtocolPorts, type PublishedPort } from "../../src/definition/open_port.ts";
import type { Site } from "../../src/definition/site.ts";

/** `git.example.org/path=3000`; without a path: all of it. */
export function aSite(text: string): Site {
  const [, domain = "", path = "/", port] = /^([^/=]+)(\/[^=]*)?=(\d+)$/.exec(text) ?? [];
  return { domain, path, port: Number(port), websocket: false };
}

/** `443`, `53/udp` or `8000-8010`, and from where; from everywhere where nothing is said. */
export function aPort(text: string, from: readonly string[] = ["0.0.0.0/0", "::/0"]): PublishedPort {
  return { ...parseProtocolPorts(text)!, from };
}

/** What `user` publishes. */
export function aPublication(
  user: string,
  { sites = [], ports = [] }: { sites?: readonly string[]; ports?: readonly (string | PublishedPort)[] } = {},
): Publication {
  return {
    user,
    sites: sites.map(aSite),
    ports: ports.map((port) => typeof port === "string" ? aPort(port) : port),
  };
}

/** An application that publishes it. */
export function anApplication(publication: Publication): Application {
  return {
    ...publication,
    instance: publication.user,
    host: "server",
    app: { name: "app", description: "", version: "1" },
    definition: { repository: "https://git.example.org/app.git", commit: "0".repeat(40) },
    units: [],
    state: {},
    times: {},
  };
}

/** Claims as root writes them. */
export function claims(yaml: string): Claims {
  return checkClaims(yaml, "claims.yml");
}

const USERS = ["ann", "ben", "cyd", "dan"];
const HOSTS = ["a.org", "x.a.org", "y.x.a.org", "xa.org", "b.net"];
const NETWORKS = ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "::/0", "2001:db8::/32"];

const somePorts = fc.record({
  first: fc.integer({ min: 1, max: 12 }),
  length: fc.integer({ min: 0, max: 5 }),
  protocol: fc.constantFrom("tcp" as const, "udp" as const),
}).map(({ first, length, protocol }) => ({ first, last: first + length, protocol }));

/** Publications of some users, few names and numbers, so that they meet. */
export const somePublications: fc.Arbitrary<readonly Publication[]> = fc.uniqueArray(
  fc.record({
    user: fc.constantFrom(...USERS),
    sites: fc.array(
      fc.record({
        domain: fc.constantFrom(...HOSTS),
        path: fc.constantFrom("/", "/a", "/b"),
        port: fc.integer({ min: 1, max: 17 }),
        websocket: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
    ports: fc.array(
      fc.record({ range: somePorts, from: fc.subarray(NETWORKS, { minLength: 1 }) })
        .map(({ range, from }) => ({ ...range, from })),
      { maxLength: 4 },
    ),
  }),
  { selector: ({ user }) => user, maxLength: 4 },
);

const someClaim: fc.Arbitrary<Claim> = fc.record({
  domains: fc.subarray([...HOSTS, "*.a.org", "*.x.a.org", "*.org"]),
  ports: fc.array(somePorts, { maxLength: 4 }),
  networks: fc.subarray(NETWORKS).map((texts) => mergeNetworks(texts.map((text) => parseNetwork(text)!))),
});

/** Claims of some users. */
export const someClaims: fc.Arbitrary<Claims> = fc.dictionary(fc.constantFrom(...USERS), someClaim)
  .map((claims) => new Map(Object.entries(claims)));
