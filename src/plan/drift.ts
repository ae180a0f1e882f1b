/** How far a server has moved from what the last setup made: looked up cheaply, for `status`. */
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { CLONE_DIRECTORY } from "../layout.ts";
import { parseTime } from "../host/systemd_time.ts";
import { lingers, type UnitProperties } from "../host/systemd.ts";
import { sha256 } from "./digest.ts";
import { hasStamps, type Manifest, type ManifestFile, type ManifestUnit } from "./manifest.ts";
import { concernsSystemd, mayReadFiles } from "./units.ts";

/** One way in which things are not as the last setup left them, and what to do about it. */
export interface Drift {
  readonly kind: "interrupted" | "config" | "file" | "definition" | "restart" | "reload" | "linger";
  /** What is so, for people. */
  readonly message: string;
  /** The command that looks closer or mends it. */
  readonly next: string;
}

/** Returns everything that differs from what the manifest says. */
export async function findDrift(
  system: ReadSystem,
  manifest: Manifest,
  units: ReadonlyMap<string, UnitProperties>,
): Promise<readonly Drift[]> {
  return [
    ...notLingering(system),
    ...interrupted(manifest),
    ...await configDrift(system, manifest),
    ...await fileDrift(system, manifest),
    ...definitionDrift(system, manifest),
    ...unpublished(system, manifest),
    ...reloadNeeded(units),
    ...restartNeeded(manifest, units),
  ];
}

function notLingering(system: ReadSystem): readonly Drift[] {
  if (lingers(system)) return [];
  const { name } = system.user;
  return [{
    kind: "linger",
    message: `everything stops when ${name} logs out, and does not start at boot; as root`,
    next: `loginctl enable-linger ${name}`,
  }];
}

function interrupted(manifest: Manifest): readonly Drift[] {
  if (manifest.pending === null) return [];
  return [{ kind: "interrupted", message: "the last setup did not come to its end", next: "ppm setup" }];
}

async function configDrift(system: ReadSystem, { config }: Manifest): Promise<readonly Drift[]> {
  const digest = await digestOf(system, config.file);
  if (digest === config.sha256) return [];
  const state = system.lstat(config.file) === undefined
    ? "is gone"
    : digest === undefined
    ? "cannot be read"
    : "changed since the last setup";
  return [{ kind: "config", message: `${config.file} ${state}`, next: "ppm diff" }];
}

/** Returns the digest of a file; undefined if it cannot be read, which is no reason to say nothing else. */
async function digestOf(system: ReadSystem, path: string): Promise<string | undefined> {
  try {
    const content = system.readFile(path);
    return content && await sha256(content);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function fileDrift(system: ReadSystem, { files, pending }: Manifest): Promise<readonly Drift[]> {
  const drifts: Drift[] = [];
  for (const [path, file] of Object.entries(files)) {
    const state = await fileState(system, `${system.user.home}/${path}`, file, pending?.[path] ?? []);
    if (state !== undefined) drifts.push({ kind: "file", message: `~/${path} ${state}`, next: "ppm diff" });
  }
  return drifts;
}

async function fileState(
  system: ReadSystem,
  path: string,
  file: ManifestFile,
  pending: readonly string[],
): Promise<string | undefined> {
  const stat = system.lstat(path);
  if (stat === undefined) return "is missing";
  if (stat.kind !== "file") return "is no regular file any more";
  if (stat.mode !== file.mode) return "has another mode than ppm gave it";
  if (hasStamps(stat, file)) return undefined;
  const digest = await digestOf(system, path);
  if (digest === undefined) return "cannot be read";
  return digest === file.sha256 || pending.includes(digest) ? undefined : "was edited by hand";
}

/** Without it the other applications know nothing of this one, and a web server brings nobody here. */
function unpublished(system: ReadSystem, { stateFile }: Manifest): readonly Drift[] {
  if (stateFile === null || system.lstat(stateFile.path) !== undefined) return [];
  return [{ kind: "file", message: `${stateFile.path} is missing`, next: "ppm setup" }];
}

function definitionDrift(system: ReadSystem, { source }: Manifest): readonly Drift[] {
  const commit = clonedCommit(system);
  if (commit === undefined || commit === source.commit) return [];
  return [{
    kind: "definition",
    message: `the clone of the definition stands at ${commit.slice(0, 12)}, which was not set up yet`,
    next: "ppm diff",
  }];
}

/** Reads the commit of the clone as git would; undefined where that is not as simple as usual. */
function clonedCommit(system: ReadSystem): string | undefined {
  const read = (name: string) => {
    const content = system.readFile(`${system.user.home}/${CLONE_DIRECTORY}/.git/${name}`);
    return content === undefined ? undefined : new TextDecoder().decode(content).trim();
  };
  const head = read("HEAD");
  const ref = head?.startsWith("ref: ") ? head.slice(5) : undefined;
  const safe = ref !== undefined && /^refs\/[\w./-]+$/.test(ref) && !ref.includes("..");
  const commit = ref === undefined ? head : safe ? read(ref) : undefined;
  return commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined;
}

function reloadNeeded(units: ReadonlyMap<string, UnitProperties>): readonly Drift[] {
  const stale = [...units].filter(([, unit]) => unit.NeedDaemonReload === "yes").map(([name]) => name);
  if (stale.length === 0) return [];
  return [{
    kind: "reload",
    message: `systemd has not read the newest files of ${stale.join(", ")}`,
    next: "ppm setup",
  }];
}

function restartNeeded(
  manifest: Manifest,
  units: ReadonlyMap<string, UnitProperties>,
): readonly Drift[] {
  const stale = manifest.units.filter((unit) => {
    const properties = units.get(unit.name);
    if (properties?.ActiveState !== "active") return false;
    const started = parseTime(properties.ActiveEnterTimestamp);
    if (started === undefined) return false;
    const { own, read } = newestChanges(manifest, unit);
    return own > started || read > Math.max(started, reloadedAt(properties));
  }).map(({ name }) => name);
  if (stale.length === 0) return [];
  return [{
    kind: "restart",
    message: `older than their files, and to be restarted: ${stale.join(", ")}`,
    next: "ppm restart",
  }];
}

/** When a unit that can be reloaded has last read its files at the latest: a reload is a change of state, and a running unit has hardly any others. */
function reloadedAt({ CanReload, StateChangeTimestamp }: UnitProperties): number {
  return CanReload === "yes" ? parseTime(StateChangeTimestamp) ?? 0 : 0;
}

/** When what a unit may depend on changed last: its own files, which only a restart takes up, and for services whatever is no unit's file. */
function newestChanges(
  { files }: Manifest,
  unit: ManifestUnit,
): { readonly own: number; readonly read: number } {
  const readsFiles = mayReadFiles(unit);
  const newest = (concerned: (path: string) => boolean) =>
    Math.max(
      0,
      ...Object.entries(files).filter(([path]) => concerned(path)).map(([, file]) => file.changedMs),
    );
  return {
    own: newest((path) => unit.files.includes(path)),
    read: newest((path) => readsFiles && !unit.files.includes(path) && !concernsSystemd(path)),
  };
}
