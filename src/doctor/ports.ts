/** Whether the application may listen where it wants to: ports below a limit that root sets are root's. */
import { readProc } from "../host/proc.ts";
import type { ReadSystem } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";
import { parsePortGrant } from "../plan/port_grant.ts";
import { type Finding, findingsOf, type RootStep } from "./finding.ts";

const LIMIT = "net.ipv4.ip_unprivileged_port_start";
const LIMIT_FILE = `/proc/sys/${LIMIT.replaceAll(".", "/")}`;
const SETTING_FILE = "/etc/sysctl.d/50-unprivileged-ports.conf";

/** Where the kernel has the limit unless somebody moved it. */
const USUAL_LIMIT = 1024;

/** Returns the ports that an application asks for of its server: where its units listen, and what a firewall is to open. */
export function wantedPorts({ grants }: Pick<Manifest, "grants">): readonly number[] {
  return grants.flatMap((grant) => parsePortGrant(grant)?.first ?? []);
}

/** Holds `ports` against the limit; nobody asks for it where none of them is low. */
export async function examinePorts(
  system: ReadSystem,
  ports: readonly number[],
): Promise<readonly Finding[]> {
  const { good, wrong } = findingsOf("ports");
  const low = ports.filter((port) => port < USUAL_LIMIT).toSorted((a, b) => a - b);
  const [lowest] = low;
  if (lowest === undefined) return [];
  const limit = Number.parseInt(await readProc(system, LIMIT_FILE), 10);
  if (lowest >= limit) return [good(`users may listen from port ${limit} on`)];
  const denied = [...new Set(low.filter((port) => port < limit))];
  return [wrong(`only root may listen at ${denied.length === 1 ? "port" : "ports"} ${denied.join(", ")}`, {
    why:
      "The application wants to, and cannot start; one that is listening already goes on until it is restarted.",
    rootSteps: limitSteps(lowest, limit),
  })];
}

function limitSteps(lowest: number, limit: number): readonly RootStep[] {
  return [
    {
      command: `echo ${LIMIT}=${lowest} >${SETTING_FILE}`,
      reason: `lets every user of this server listen from port ${lowest} on, after each boot`,
      undo: `rm ${SETTING_FILE}`,
    },
    { command: `sysctl --load ${SETTING_FILE}`, reason: "and now", undo: `sysctl ${LIMIT}=${limit}` },
  ];
}
