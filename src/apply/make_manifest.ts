/** Makes the manifest: before anything is touched, and after everything stands. */
import type { ReadSystem } from "../host/system.ts";
import type { Action, Plan } from "../plan/actions.ts";
import type { Desired } from "../plan/desired.ts";
import type { Manifest, ManifestFile } from "../plan/manifest.ts";
import type { DesiredFile } from "../plan/plan.ts";
import { sha256 } from "../plan/digest.ts";
import type { GenerationRecord } from "./generation_record.ts";
import { lastGeneration } from "./generations.ts";

/** What a manifest is made of. */
export interface ManifestInput {
  readonly desired: Desired;
  readonly files: readonly DesiredFile[];
  readonly plan: Plan;
  readonly inputs: string;
  readonly neighbours: Manifest["neighbours"];
  readonly config: Manifest["config"];
  readonly previous: Manifest | undefined;
  /** When the generation was made, RFC 3339, if it is one that was made before. */
  readonly time?: string;
  /** What the record of a new generation says beside {@linkcode NEW_RECORD}. */
  readonly record?: Partial<GenerationRecord>;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * Returns the manifest to write before the first action: what stood, and every content a file may have from now on. Whenever the run
 * ends, the next one can tell its own files from edited ones, and finds those that nobody wants any more.
 */
export function pendingManifest(input: ManifestInput): Manifest {
  const { previous } = input;
  const pending = new Map<string, Set<string>>();
  const add = (path: string, hash: string) => pending.set(path, (pending.get(path) ?? new Set()).add(hash));
  for (const [path, hashes] of Object.entries(previous?.pending ?? {})) {
    hashes.forEach((hash) => add(path, hash));
  }
  for (const file of input.files) add(file.path, file.sha256);
  // Whatever ends this run, the next one gives the generation the same number.
  const recorded = recordedGeneration(input);
  const newest = recorded?.isNew ? recorded.number - 1 : previous?.newest ?? 0;
  const base = previous ??
    { ...describeGeneration(input), generation: newest, units: [], ownUnits: [], files: {}, stateFile: null };
  return {
    ...base,
    newest,
    directories: directories(input),
    pending: Object.fromEntries([...pending].map(([path, hashes]) => [path, [...hashes]])),
  };
}

/** Returns the manifest of a finished plan, with the stamps of the files as they stand now. */
export async function finalManifest(system: ReadSystem, input: ManifestInput): Promise<Manifest> {
  const { desired, files } = input;
  const recorded = recordedGeneration(input);
  const generation = recorded?.number ?? input.previous?.generation ?? 0;
  const stands = (path: string) => system.lstat(`${system.user.home}/${path}`)?.kind === "directory";
  return {
    ...describeGeneration(input),
    generation,
    newest: Math.max(generation, input.previous?.newest ?? 0, lastGeneration(system)),
    time: input.time ?? (recorded?.isNew ? new Date(input.nowMs).toISOString() : input.previous?.time ?? ""),
    units: desired.units,
    ownUnits: desired.ownUnits,
    files: Object.fromEntries(files.map((file) => [file.path, stamp(system, file, input)])),
    directories: directories(input).filter(stands),
    stateFile: {
      path: desired.state.path,
      told: desired.state.told,
      ...stampAt(system, desired.state.path),
      sha256: await sha256(desired.state.content),
      mode: 0o644,
      origin: "ppm",
      changedMs: input.nowMs,
    },
    pending: null,
  };
}

function describeGeneration(
  { desired, config, inputs, neighbours, nowMs }: ManifestInput,
): Omit<Manifest, Changing> {
  const { name, description, version, mainunit } = desired.definition.app;
  const { repository, directory, commit } = desired.source;
  return {
    version: 1,
    time: new Date(nowMs).toISOString(),
    instance: desired.instance,
    app: { name, description, version, mainunit },
    source: { repository, directory, commit },
    config,
    inputs,
    neighbours,
    backup: desired.backup,
    upgrade: desired.upgrade,
    watch: desired.watch,
    healthcheck: desired.healthcheck,
    grants: desired.grants,
  };
}

/** The generation that the plan records, if it does. */
function recordedGeneration(
  { plan }: ManifestInput,
): Extract<Action, { kind: "record-generation" }> | undefined {
  return plan.actions.find((action) => action.kind === "record-generation");
}

type Changing =
  | "generation"
  | "newest"
  | "units"
  | "ownUnits"
  | "files"
  | "directories"
  | "stateFile"
  | "pending";

function directories({ plan, previous }: ManifestInput): readonly string[] {
  const made = plan.actions.flatMap((action) => action.kind === "make-directory" ? [action.path] : []);
  return [...new Set([...previous?.directories ?? [], ...made])].sort();
}

function stamp(
  system: ReadSystem,
  file: DesiredFile,
  { plan, previous, nowMs }: ManifestInput,
): ManifestFile {
  const before = previous?.files[file.path];
  // What was edited by hand meanwhile may be running, though the manifest never saw it.
  const written = plan.actions.some((action) => action.kind === "write-file" && action.path === file.path);
  return {
    sha256: file.sha256,
    mode: file.mode,
    ...stampAt(system, `${system.user.home}/${file.path}`),
    origin: file.origin,
    changedMs: before?.sha256 === file.sha256 && !written ? before.changedMs : nowMs,
  };
}

function stampAt(system: ReadSystem, path: string): Pick<ManifestFile, "size" | "modifiedMs" | "inode"> {
  const { size, modifiedMs, inode } = system.lstat(path) ?? { size: 0, modifiedMs: 0, inode: 0 };
  return { size, modifiedMs, inode };
}
