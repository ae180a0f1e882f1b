/** What an application asks of its server that others would notice: ports, domains, programs outside containers. Pure. */
import type { RenderedFile } from "../definition/definition.ts";
import { parseNetwork } from "../definition/network.ts";
import type { PublishedPort } from "../definition/open_port.ts";
import { list, number, oneOf, shape, text } from "../host/check_json.ts";
import { HOST_NETWORK, quadletGrants, socketGrants } from "./listen_grants.ts";
import { formatPortGrant, isCovered, parsePortGrant } from "./port_grant.ts";
import { commandGrants } from "./program_grants.ts";
import { assignments, readUnits, type UnitText } from "./read_units.ts";

/** What {@linkcode grantsOf} looks at: what is to stand, as far as the definition decides it. */
export interface GrantsInput {
  /** The files of the definition and its plugins, without ppm's own units. */
  readonly files: readonly RenderedFile[];
  /** What the plugins publish, by name. */
  readonly plugins: Readonly<Record<string, unknown>>;
  /** What `state:` in appinfo.yml says. */
  readonly state: Readonly<Record<string, unknown>>;
}

const OPENINGS = shape<{ readonly open: readonly PublishedPort[] }>({
  open: list(
    shape<PublishedPort>({ first: number, last: number, protocol: oneOf("tcp", "udp"), from: list(text) }),
  ),
});

const SITES = shape<{ readonly sites: readonly { readonly domain: string }[] }>({
  sites: list(shape<{ readonly domain: string }>({ domain: text })),
});

/** Returns what is asked for, in words for people, sorted, each once. What no file tells beforehand is named as such. */
export function grantsOf({ files, plugins, state }: GrantsInput): readonly string[] {
  const units = readUnits(files).flatMap((unit) => [
    ...socketGrants(unit),
    ...quadletGrants(unit),
    ...kubeGrants(unit, files),
    ...commandGrants(unit),
  ]);
  const programs = files.filter(({ mode }) => (mode & 0o100) !== 0)
    .map(({ path }) => `program ~/${path} of the definition`);
  return [...new Set([...units, ...programs, ...openings(plugins), ...domains(plugins, state)])].sort();
}

/** Returns what `after` has and `before` does not cover: a port for some networks is no news where it was open to all. */
export function newGrants(before: readonly string[], after: readonly string[]): readonly string[] {
  const had = new Set(before);
  const ports = before.flatMap((grant) => parsePortGrant(grant) ?? []);
  const hadHostNetwork = before.some((grant) => grant.startsWith(HOST_NETWORK));
  return after.filter((grant) => {
    if (had.has(grant)) return false;
    const port = parsePortGrant(grant);
    return port === undefined || !(port.side === "on" && hadHostNetwork) && !isCovered(port, ports);
  });
}

/** What a Kubernetes file says that podman is to open, as far as it can be told without being podman; the rest is named as unknown. */
function kubeGrants(unit: UnitText, files: readonly RenderedFile[]): readonly string[] {
  return assignments(unit, "Kube", "Yaml").flatMap((yaml) => {
    const name = yaml.slice(yaml.lastIndexOf("/") + 1);
    const text = files.filter(({ path }) => path.slice(path.lastIndexOf("/") + 1) === name)
      .map(({ content }) => new TextDecoder().decode(content)).join("\n");
    const ports = [...text.matchAll(/\bhostPort["']?\s*:\s*["']?([0-9]+)/g)].map(([, port]) =>
      `port ${port} on this server (kube, ${yaml})`
    );
    const network = /\bhostNetwork["']?\s*:\s*["']?true\b/.test(text)
      ? [`${HOST_NETWORK} (${unit.name})`]
      : [];
    return [`whatever ${yaml} asks for (kube)`, ...ports, ...network];
  });
}

/** What the plugin firewall asks root for. */
function openings({ firewall }: GrantsInput["plugins"]): readonly string[] {
  const { open } = firewall === undefined ? { open: [] } : OPENINGS(firewall, "firewall");
  return open.flatMap(({ from, ...ports }) =>
    formatPortGrant({ ...ports, side: "from", networks: from.flatMap((text) => parseNetwork(text) ?? []) })
  );
}

/** What the plugin website publishes, and what a definition may say of itself in the same words. */
function domains(
  { website }: GrantsInput["plugins"],
  { website: own }: GrantsInput["state"],
): readonly string[] {
  const { sites } = website === undefined ? { sites: [] } : SITES(website, "website");
  const said = [own].flat().map((site) => Object(site).domain).filter((domain) => typeof domain === "string");
  return [...sites.map(({ domain }) => domain), ...said].map((domain) => `domain ${domain}`);
}
