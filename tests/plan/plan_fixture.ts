/** Small servers to plan for. */
import { createHash } from "node:crypto";
import type { UnitProperties } from "../../src/host/systemd.ts";
import type { Manifest } from "../../src/plan/manifest.ts";
import { parents } from "../../src/layout.ts";
import type { Observed } from "../../src/plan/observe.ts";
import type { DesiredFile, PlanInput } from "../../src/plan/plan.ts";

const STATE = {
  path: "/var/lib/ppm/state/app/state.yml",
  content: new TextEncoder().encode("version: 1\n"),
  told: "version 1",
};

/** A file with this text, as a definition would have it. */
export function file(path: string, text: string): DesiredFile {
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { path, content: new TextEncoder().encode(text), mode: 0o644, origin: `templates/${path}`, sha256 };
}

/** A server on which `files` stand, the target is enabled and the state file is published. */
export function observedOf(
  files: readonly DesiredFile[],
  units: Record<string, UnitProperties> = {},
): Observed {
  return {
    files: new Map(files.map((each) => [each.path, each])),
    directories: new Set(files.flatMap((each) => parents(each.path))),
    units: new Map(
      Object.entries({
        "web.target": { UnitFileState: "enabled" },
        "web.service": { UnitFileState: "enabled" },
        ...units,
      }),
    ),
    state: { content: STATE.content, sha256: "", mode: 0o644 },
  };
}

/** What ppm remembers of having written `files`. */
export function manifestOf(files: readonly DesiredFile[]): Manifest {
  const stamp = { size: 0, modifiedMs: 0, inode: 0, changedMs: 0 };
  return {
    version: 1,
    generation: 1,
    newest: 1,
    time: "",
    instance: "app",
    app: { name: "web", description: "", version: "1", mainunit: "web" },
    source: { repository: "r", directory: ".", commit: "c" },
    config: { file: "/home/app/config.yml", sha256: "s", holdsSecret: false },
    inputs: "inputs",
    neighbours: null,
    units: [],
    backup: null,
    upgrade: null,
    watch: null,
    healthcheck: null,
    grants: [],
    ownUnits: [],
    files: Object.fromEntries(
      files.map(({ path, sha256, mode, origin }) => [path, { sha256, mode, origin, ...stamp }]),
    ),
    directories: [],
    stateFile: { path: STATE.path, told: STATE.told, sha256: "", mode: 0o644, origin: "ppm", ...stamp },
    pending: null,
  };
}

/** What is to be planned; without `manifest` and `observed`, for an empty server. */
export function planInput(options: {
  files: readonly DesiredFile[];
  manifest?: Manifest;
  observed?: Observed;
  from?: "file" | "quadlet";
}): PlanInput {
  const { files, from = "file" } = options;
  const paths = files.map((each) => each.path).filter((path) => /web\.(service|container)$/.test(path));
  const units = paths.map(() => ({
    name: "web.service",
    from,
    enabled: true,
    files: paths,
    containers: false,
  }));
  const app = {
    name: "web",
    description: "",
    version: "1",
    mainunit: "web",
    enableunits: paths.map(() => "web.service"),
    healthcheck: null,
    plugins: {},
    state: {},
  };
  const source = { repository: "r", directory: ".", commit: "c", configSha256: "s" };
  return {
    desired: {
      instance: "app",
      definition: { app, files, secrets: [] },
      source,
      files,
      units,
      backup: null,
      upgrade: null,
      watch: null,
      healthcheck: null,
      grants: [],
      ownUnits: [],
      target: "web.target",
      state: STATE,
    },
    files,
    observed: options.observed ??
      { files: new Map(), directories: new Set(), units: new Map(), state: undefined },
    manifest: options.manifest,
    inputs: "inputs",
    lastGeneration: 0,
    before: [],
  };
}
