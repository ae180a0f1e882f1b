/** A manifest to start from. */
import type { Manifest, ManifestUnit } from "../../src/plan/manifest.ts";

/** Returns a manifest of an application "web" with the units `web.service` and `db.service`, changed as `changes` say. */
export function aManifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    version: 1,
    generation: 2,
    newest: 2,
    time: "2026-01-02T03:00:00Z",
    instance: "web",
    app: { name: "web", description: "A site.", version: "1.0", mainunit: "web" },
    source: { repository: "https://git.example.org/web.git", directory: ".", commit: "a".repeat(40) },
    config: { file: "/home/app/config.yml", sha256: "0".repeat(64), holdsSecret: false },
    inputs: "",
    neighbours: null,
    units: [aUnit("web.service"), aUnit("db.service")],
    backup: null,
    upgrade: null,
    watch: null,
    healthcheck: null,
    grants: [],
    ownUnits: [],
    files: {},
    directories: [],
    stateFile: null,
    pending: null,
    ...changes,
  };
}

/** Returns a unit that the definition enables, changed as `changes` say. */
export function aUnit(name: string, changes: Partial<ManifestUnit> = {}): ManifestUnit {
  return { name, from: "file", enabled: true, files: [], containers: false, ...changes };
}

/** Returns what `systemctl show` prints for `units`: property → value each; those left out are those of a running service. */
export function shown(units: Record<string, Record<string, string>>): string {
  return Object.entries(units).map(([name, properties]) =>
    Object.entries({
      Id: name,
      LoadState: "loaded",
      ActiveState: "active",
      SubState: "running",
      Job: "",
      Type: "simple",
      Result: "success",
      NRestarts: "0",
      InvocationID: `invocation of ${name}`,
      TriggeredBy: "",
      ...properties,
    }).map(([key, value]) => `${key}=${value}\n`).join("")
  ).join("\n");
}
