/** What podman's own health checks say of an application's containers. Pure. */
import type { Container } from "../host/podman.ts";
import type { UnitVerdict } from "./settle.ts";

/** Judges the running containers of `units` that have a health check. Of the others, systemd tells enough. */
export function judgeContainers(
  containers: readonly Container[],
  units: ReadonlySet<string>,
): readonly UnitVerdict[] {
  return containers.flatMap(({ name, state, health, unit }) => {
    if (health === null || state !== "running" || unit === null || !units.has(unit)) return [];
    const kind = health === "healthy" ? "up" : health === "unhealthy" ? "down" : "waiting";
    return [{ unit: `container ${name}`, verdict: { kind, words: health }, journals: [unit] }];
  });
}
