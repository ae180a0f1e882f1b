/** What podman's own health checks say of an application's containers. Pure. */
import type { Container } from "../host/podman.ts";
import type { UnitVerdict } from "./settle.ts";

/** Whether podman says so of a running container of `units`. */
export function isUnhealthy({ health, state, unit }: Container, units: ReadonlySet<string>): boolean {
  return health === "unhealthy" && state === "running" && unit !== null && units.has(unit);
}

/** Judges the running containers of `units` that have a health check, of which `outputs` has the last words. Of the others, systemd tells enough. */
export function judgeContainers(
  containers: readonly Container[],
  units: ReadonlySet<string>,
  outputs: ReadonlyMap<string, string> = new Map(),
): readonly UnitVerdict[] {
  return containers.flatMap(({ name, state, health, unit }) => {
    if (health === null || state !== "running" || unit === null || !units.has(unit)) return [];
    const kind = health === "healthy" ? "up" : health === "unhealthy" ? "down" : "waiting";
    const output = outputs.get(name);
    const words = output === undefined ? health : `${health}: ${output}`;
    return [{ unit: `container ${name}`, verdict: { kind, words }, journals: [unit] }];
  });
}
