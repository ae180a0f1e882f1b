/** On which ports the units of an application listen where others can reach them: sockets, and what podman publishes. Pure. */
import { parsePorts } from "../definition/open_port.ts";
import { formatPortGrant, listening, type PortGrant } from "./port_grant.ts";
import type { PodmanCommand } from "./podman_command.ts";
import { assignments, type UnitText } from "./read_units.ts";

/** How the grant begins that lets a container listen wherever it likes. */
export const HOST_NETWORK = "every port that it likes, in the network of this server";

/** Sections of Quadlet files that say what is published (podman-systemd.unit(5)). */
const QUADLET_SECTIONS = ["Container", "Pod", "Kube"];

/** Returns what the sockets of a unit listen on. */
export function socketGrants(unit: UnitText): readonly string[] {
  return ([["ListenStream", "tcp"], ["ListenDatagram", "udp"]] as const).flatMap(([key, protocol]) =>
    assignments(unit, "Socket", key).flatMap((value) => {
      if (value.includes("/") || value.startsWith("@")) return []; // a socket in the file system, or an abstract one
      const [, v6, v4, digits = value] = /^(?:\[([^\]]*)\]|([0-9.]+)):([0-9]+)$/.exec(value) ?? [];
      const ports = parsePorts(digits);
      return inWords(ports && listening(ports, protocol, v6 ?? v4), `${key}=${value}`, unit);
    })
  );
}

/** Returns what a unit's Quadlet file publishes. */
export function quadletGrants(unit: UnitText): readonly string[] {
  return QUADLET_SECTIONS.flatMap((section) => [
    ...assignments(unit, section, "PublishPort").flatMap((value) => published(value, "PublishPort", unit)),
    ...assignments(unit, section, "Network").flatMap((value) => joined(value, unit)),
  ]);
}

/** Returns what a call of podman publishes. */
export function podmanGrants({ options }: PodmanCommand, unit: UnitText): readonly string[] {
  return options.flatMap(([name, value]) => {
    switch (name) {
      case "p":
      case "publish":
        return published(value, "--publish", unit);
      case "P":
      case "publish-all":
        return value === "false"
          ? []
          : [`every port that its image exposes, on every address (${unit.name})`];
      case "net":
      case "network":
        return joined(value, unit);
      default:
        return [];
    }
  });
}

/** Of `[[ip:][hostPort]:]containerPort[/protocol]` (podman-run(1)), the host's side. */
function published(value: string, option: string, unit: UnitText): readonly string[] {
  const [, address = "", v6, v4, host = "", inner = "", protocol = "tcp"] =
    /^((?:\[([^\]]*)\]|([0-9.]*)):(?=[0-9-]*:))?(?:([0-9-]*):)?([0-9-]+)(?:\/([a-z]+))?$/.exec(value) ?? [];
  if (inner === "") return [unknown(`${option}=${value}`, unit)];
  const at = address === "" ? undefined : v6 ?? (v4 === "" ? undefined : v4);
  if (host !== "") {
    const ports = parsePorts(host);
    return inWords(ports && listening(ports, protocol, at), `${option}=${value}`, unit);
  }
  const chosen = listening({ first: 1, last: 1 }, protocol, at);
  return chosen === null ? [] : [`a port that podman chooses for ${inner}/${protocol} (${unit.name})`];
}

/** The network of the server itself, and one that lets ports through by options of its own (pasta(1): -t, -u). */
function joined(value: string, unit: UnitText): readonly string[] {
  if (value === "host") return [`${HOST_NETWORK} (${unit.name})`];
  return /^pasta:(?:.*,)?(?:-[tu]|--(?:tcp|udp)-ports)\b/.test(value)
    ? [unknown(`Network=${value}`, unit)]
    : [];
}

function inWords(grant: PortGrant | null | undefined, setting: string, unit: UnitText): readonly string[] {
  if (grant === undefined) return [unknown(setting, unit)];
  return grant === null ? [] : formatPortGrant(grant);
}

function unknown(setting: string, { name }: UnitText): string {
  return `whatever ${setting} opens (${name})`;
}
