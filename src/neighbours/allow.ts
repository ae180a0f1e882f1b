/** What is left of what applications publish once root's claims.yml has been asked. Pure. */
import { covers, parseNetwork } from "../definition/network.ts";
import { formatPorts, type ProtocolPorts, type PublishedPort } from "../definition/open_port.ts";
import type { Site } from "../definition/site.ts";
import { type Claim, type Claims, CLAIMS_FILE } from "./claims.ts";
import type { Application, LeftOut, Neighbour, Neighbourhood } from "./neighbour.ts";

/** What an application wants for itself alone. */
export type Publication = Pick<Neighbour, "user" | "sites" | "ports">;

const NOTHING: Claim = { domains: [], ports: [], networks: [] };

/** Of what one user takes in a line of text; the rest is counted. */
const MAX_NAMED = 5;

/** Returns what `claims` allow of a neighbourhood, what they do not named in `leftOut`; all of it where root keeps no claims. */
export function allow(neighbourhood: Neighbourhood, claims: Claims | undefined): Neighbourhood {
  if (claims === undefined) return neighbourhood;
  const judged = neighbourhood.applications.map((application) => judge(application, claims));
  return {
    applications: judged.map(({ application }) => application),
    leftOut: [...neighbourhood.leftOut, ...judged.flatMap(({ leftOut }) => leftOut)],
  };
}

function judge(application: Application, claims: Claims): {
  readonly application: Application;
  readonly leftOut: readonly LeftOut[];
} {
  const { user } = application;
  const claim = claims.get(user) ?? NOTHING;
  const denied = deniedTo(application, claims);
  return {
    application: {
      ...application,
      sites: application.sites.filter((site) => deniedSite(site, claim) === undefined),
      ports: application.ports.flatMap((port) => allowedPort(port, claim)),
    },
    leftOut: denied.length === 0 ? [] : [{ user, message: deniedMessage(user, denied) }],
  };
}

/** Returns what `claims` do not give of a publication, in words: `the site git.example.org`, `the port 443/tcp from 10.0.0.0/8`. */
export function deniedTo({ user, sites, ports }: Publication, claims: Claims): readonly string[] {
  const claim = claims.get(user) ?? NOTHING;
  return [
    ...sites.flatMap((site) => deniedSite(site, claim) ?? []),
    ...ports.flatMap((port) => deniedPort(port, claim)),
  ];
}

/** Whether `claims` give `domain` to `user`. */
export function givesDomain(claims: Claims, user: string, domain: string): boolean {
  return hasDomain(claims.get(user) ?? NOTHING, domain);
}

/** Whether `claims` give `ports` to `user`, for whichever networks. */
export function givesPorts(claims: Claims, user: string, ports: ProtocolPorts): boolean {
  return hasPorts(claims.get(user) ?? NOTHING, ports);
}

function hasDomain({ domains }: Claim, domain: string): boolean {
  return domains.some((given) => given.startsWith("*.") ? domain.endsWith(given.slice(1)) : domain === given);
}

function hasPorts({ ports }: Claim, { first, last, protocol }: ProtocolPorts): boolean {
  return ports.some((given) => given.protocol === protocol && given.first <= first && last <= given.last);
}

function deniedSite({ domain, port }: Site, claim: Claim): string | undefined {
  if (!hasDomain(claim, domain)) return `the site ${domain}`;
  return hasPorts(claim, { first: port, last: port, protocol: "tcp" })
    ? undefined
    : `the port ${port} of the site ${domain}`;
}

function deniedPort(port: PublishedPort, claim: Claim): readonly string[] {
  const name = `the port ${formatPorts(port)}/${port.protocol}`;
  if (!hasPorts(claim, port)) return [name];
  return port.from.filter((network) => !hasNetwork(claim, network)).map((network) =>
    `${name} from ${network}`
  );
}

function allowedPort(port: PublishedPort, claim: Claim): readonly PublishedPort[] {
  if (!hasPorts(claim, port)) return [];
  const from = port.from.filter((network) => hasNetwork(claim, network));
  return from.length === 0 ? [] : [{ ...port, from }];
}

function hasNetwork({ networks }: Claim, text: string): boolean {
  const network = parseNetwork(text);
  return network !== undefined && networks.some((given) => covers(given, network));
}

function deniedMessage(user: string, denied: readonly string[]): string {
  const named = denied.slice(0, MAX_NAMED);
  const rest = denied.length - named.length;
  const things = rest > 0 ? `${named.join(", ")} and ${rest} more` : named.join(", ");
  return `${user}: ${things} ${denied.length === 1 ? "is" : "are"} not given to it in ${CLAIMS_FILE}`;
}
