/** Which ports an application can be meant by at all, where root has not said whose they are. */
import { readProc } from "../../host/proc.ts";
import type { ReadSystem } from "../../host/system.ts";
import type { Neighbourhood } from "../neighbour.ts";
import { portsText } from "./rules.ts";

/** Where users may listen, as Linux has it by default: ip-sysctl(7), ip_unprivileged_port_start. */
const FIRST_PORT = 1024;

/** Returns the lowest port at which the users of this server may listen. */
export async function firstPortOfUsers(system: ReadSystem): Promise<number> {
  const text = await readProc(system, "/proc/sys/net/ipv4/ip_unprivileged_port_start");
  return /^[0-9]{1,5}\n$/.test(text) ? Number(text) : FIRST_PORT;
}

/**
 * Leaves out of `neighbourhood` the ports below `first`. No application can listen there, so what does is another's: sshd must not get rules from
 * whoever asks for port 22. Pure.
 */
export function withinReach({ applications, leftOut }: Neighbourhood, first: number): Neighbourhood {
  const beyond = applications.flatMap(({ user, ports }) => {
    const foreign = ports.filter((port) => port.first < first);
    return foreign.length === 0 ? [] : [{
      user,
      message:
        `${user} asks for ${shortList(foreign.map(portsText))}, which is left out: users of this server ` +
        `listen from port ${first} on, and no /etc/ppm/claims.yml gives it`,
    }];
  });
  return {
    applications: applications.map(({ ports, ...rest }) => ({
      ...rest,
      ports: ports.filter((port) => port.first >= first),
    })),
    leftOut: [...leftOut, ...beyond],
  };
}

function shortList(names: readonly string[]): string {
  const more = names.length - 5;
  return more > 0 ? `${names.slice(0, 5).join(", ")} and ${more} more` : names.join(", ");
}
