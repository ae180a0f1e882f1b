/**
 * Makes the plan: desired × observed × what ppm made earlier → actions. Pure.
 *
 * The order is fixed: what is no longer wanted is stopped while systemd still knows it, hand edits are kept before they are
 * replaced, systemd is reloaded after the last file and before units are enabled.
 */
import type { RenderedFile } from "../definition/definition.ts";
import { formatMode } from "../host/file_error.ts";
import { OVERWRITTEN_DIRECTORY, parents } from "../layout.ts";
import type { Action, Plan } from "./actions.ts";
import type { Desired } from "./desired.ts";
import type { Manifest } from "./manifest.ts";
import { enableUnits, startUnits } from "./enable.ts";
import type { Observed, ObservedFile } from "./observe.ts";
import { isRunning, retireUnits, unitsOf, whyGone } from "./retire.ts";
import { concernsSystemd, isOwnUnit, mayReadFiles, templateOf, unitSource } from "./units.ts";

/** A file that is to stand, with its digest. */
export type DesiredFile = RenderedFile & { readonly sha256: string };

export interface PlanInput {
  readonly desired: Desired;
  readonly files: readonly DesiredFile[];
  readonly observed: Observed;
  /** undefined before the first setup. */
  readonly manifest: Manifest | undefined;
  /** SHA-256 over all that `desired` was made from. */
  readonly inputs: string;
  /** The highest number that a generation on the disk has, 0 if there is none: what counts where there is no manifest. */
  readonly lastGeneration: number;
  /** Whether the generation that stands is on the disk, so that an upgrade could come back to it. @default {true} */
  readonly recorded?: boolean;
  /** The generation that is being brought back, if it is one that was made before: it keeps its number. */
  readonly number?: number;
  /** Actions that prepare the ground: the clone, the secrets. */
  readonly before: readonly Action[];
}

/** Returns what has to be done so that `desired` stands; an empty list where it does. */
export function makePlan(input: PlanInput): Plan {
  const orphans = orphanPaths(input);
  const files = input.files.flatMap((file) => planFile(file, input));
  const changes: Action[] = [
    ...input.before,
    ...retireUnits(input, orphans),
    ...orphans.flatMap((path) => keepEdited(path, input, whyGone(input))),
    ...makeDirectories(input),
    ...files,
    ...orphans.flatMap((path) => removeOrphan(path, input)),
    ...removeDirectories(input),
  ];
  const actions = [
    ...changes,
    ...reload(input, changes),
    ...enableUnits(input, changes),
    ...startUnits(input, changes),
    ...publish(input),
  ];
  return {
    actions: [...actions, ...record(input, actions)],
    restart: unitsToRestart(input, actions),
    running: runsWhole(input, actions),
  };
}

/** Whether the target runs, nothing that it wants has failed, and the plan neither stops nor adds anything of it. */
function runsWhole({ desired, observed }: PlanInput, actions: readonly Action[]): boolean {
  const wanted = desired.units.filter((unit) => unit.enabled).map((unit) => unit.name);
  const stopped = unitsOf("stop-units", actions);
  const added = unitsOf("enable-units", actions).filter((unit) => !isOwnUnit(unit));
  return isRunning(observed, desired.target) && added.length === 0 &&
    wanted.every((unit) => observed.units.get(unit)?.ActiveState !== "failed" && !stopped.includes(unit));
}

/** Paths that ppm wrote, also in a run that was interrupted, and that are no longer wanted. Those that are gone need nothing. */
function orphanPaths({ files, observed, manifest }: PlanInput): readonly string[] {
  const wanted = new Set(files.map((file) => file.path));
  return ownPaths(manifest).filter((path) => !wanted.has(path) && observed.files.has(path));
}

/** Returns every path below the home directory that ppm wrote or was about to write. */
export function ownPaths(manifest: Manifest | undefined): readonly string[] {
  const paths = new Set([...Object.keys(manifest?.files ?? {}), ...Object.keys(manifest?.pending ?? {})]);
  return [...paths].sort();
}

function planFile(file: DesiredFile, input: PlanInput): readonly Action[] {
  const observed = input.observed.files.get(file.path);
  if (observed?.sha256 === file.sha256) {
    if (observed.mode === file.mode) return [];
    const why = `its mode is ${formatMode(observed.mode)}, not ${formatMode(file.mode)}`;
    return [{ kind: "set-mode", path: file.path, mode: file.mode, why }];
  }
  const holdsSecrets = isPrivate(file.mode) || (observed !== undefined && isPrivate(observed.mode));
  const write: Action = {
    kind: "write-file",
    path: file.path,
    content: file.content,
    mode: file.mode,
    sha256: file.sha256,
    previous: observed?.content,
    private: holdsSecrets,
    ...(holdsSecrets && input.number !== undefined ? { hidden: true } : {}),
    why: observed === undefined ? `new, from ${file.origin}` : `changed, from ${file.origin}`,
  };
  return [...keepEdited(file.path, input, `${file.origin} replaces it`), write];
}

/** ppm makes files private for the secrets in them. */
export function isPrivate(mode: number): boolean {
  return (mode & 0o077) === 0;
}

/** A file that is not as ppm left it is somebody's work: it is kept before anything happens to it. */
export function keepEdited(
  path: string,
  { observed, manifest }: Pick<PlanInput, "observed" | "manifest">,
  reason: string,
): readonly Extract<Action, { readonly kind: "keep-aside" }>[] {
  const file = observed.files.get(path);
  if (file === undefined || isOwn(path, file, manifest)) return [];
  const known = manifest?.files[path] !== undefined;
  const to = `${OVERWRITTEN_DIRECTORY}/${path}.${file.sha256.slice(0, 8)}`;
  const why = known ? `edited since ppm wrote it, and ${reason}` : `not written by ppm, and ${reason}`;
  return [{ kind: "keep-aside", path, to, content: file.content, why }];
}

function isOwn(path: string, file: ObservedFile, manifest: Manifest | undefined): boolean {
  return manifest?.files[path]?.sha256 === file.sha256 ||
    (manifest?.pending?.[path]?.includes(file.sha256) ?? false);
}

function makeDirectories({ files, observed }: PlanInput): readonly Action[] {
  const missing = new Set(
    files.flatMap((file) => parents(file.path)).filter((path) => !observed.directories.has(path)),
  );
  return [...missing].sort().map((path) => ({ kind: "make-directory", path, why: "new" }));
}

function removeOrphan(path: string, input: PlanInput): readonly Action[] {
  const { content: previous, mode = 0 } = input.observed.files.get(path) ?? {};
  return previous === undefined ? [] : [{
    kind: "remove-file",
    path,
    previous,
    private: isPrivate(mode),
    why: whyGone(input),
  }];
}

/** Directories that ppm made and that no file needs any more; one that is not empty stays. Innermost first. */
function removeDirectories({ files, observed, manifest }: PlanInput): readonly Action[] {
  const needed = new Set(files.flatMap((file) => parents(file.path)));
  const made = manifest?.directories ?? [];
  return made.filter((path) => !needed.has(path) && observed.directories.has(path)).toReversed()
    .map((path) => ({ kind: "remove-directory", path, why: "nothing of ppm's is left in it" }));
}

function reload({ observed, manifest }: PlanInput, changes: readonly Action[]): readonly Action[] {
  const changed = changes.some((action) =>
    (action.kind === "write-file" || action.kind === "remove-file") && concernsSystemd(action.path)
  );
  const stale = [...observed.units.values()].some((unit) => unit.NeedDaemonReload === "yes");
  // A run that was killed may have written units without reloading, and systemd does not notice a new file.
  const interrupted = manifest !== undefined && manifest.pending !== null;
  if (!changed && !stale && !interrupted) return [];
  return [{
    kind: "reload-manager",
    why: changed ? "unit files change" : "systemd has not read the unit files of late",
  }];
}

/** A run that was killed between writing and telling has left a file that is as it should be, and nobody knows. */
function publish({ desired, observed: { state }, manifest }: PlanInput): readonly Action[] {
  const { path, content, told } = desired.state;
  const published = manifest?.stateFile;
  const isUntold = manifest !== undefined && manifest.pending !== null && published?.told !== told;
  const isReadable = state?.mode === 0o644;
  const stands = isReadable && equal(state.content, content);
  if (stands && !isUntold) return [];
  const tells = !isReadable || published?.told !== told || published.sha256 !== state.sha256;
  const why = state === undefined ? "new" : stands ? "neighbours may not have heard of it" : "changed";
  return [{ kind: "publish-state", path, content, previous: state?.content, tells, why }];
}

function record(input: PlanInput, actions: readonly Action[]): readonly Action[] {
  const { manifest, number, inputs, desired, files, recorded = true } = input;
  const isSettled = manifest !== undefined && manifest.pending === null && actions.length === 0;
  if (number !== undefined) {
    if (isSettled && manifest.generation === number) return [];
    return [{ kind: "record-generation", number, isNew: false, why: "it was made before, and stands again" }];
  }
  if (!isSettled || isOtherDefinition(manifest, desired)) {
    return [{ kind: "record-generation", number: nextNumber(input), isNew: true, why: "this is a change" }];
  }
  if (!recorded) {
    const why = `the record of generation ${manifest.generation} is damaged or missing`;
    return [{ kind: "record-generation", number: nextNumber(input), isNew: true, why }];
  }
  if (manifest.inputs === inputs && files.every((file) => manifest.files[file.path] !== undefined)) return [];
  return [{
    kind: "record-generation",
    number: manifest.generation,
    isNew: false,
    why: "what it was made from changed, with the same result",
  }];
}

/**
 * One more than any generation has had: none is ever written over, be it one that came back from a snapshot. Only what a run left that was
 * killed right before its end is made anew under the same number.
 */
function nextNumber({ manifest, lastGeneration }: PlanInput): number {
  const newest = manifest?.newest ?? lastGeneration;
  const isUnfinished = manifest !== undefined && manifest.pending !== null && lastGeneration === newest + 1;
  return isUnfinished ? lastGeneration : Math.max(newest, lastGeneration) + 1;
}

function isOtherDefinition(manifest: Manifest, desired: Desired): boolean {
  return manifest.source.commit !== desired.source.commit ||
    manifest.config.sha256 !== desired.source.configSha256;
}

/**
 * Running units whose own files change, or, where other files change, all services that run: any of them may have read it. What ppm's own
 * drop-in says takes effect with the reload.
 */
function unitsToRestart({ desired, observed }: PlanInput, actions: readonly Action[]): readonly string[] {
  const names = desired.units.map((unit) => unit.name);
  const units = actions.flatMap((action) => {
    if (action.kind !== "write-file" && action.kind !== "remove-file") return [];
    if (action.path.endsWith("/ppm.conf")) return [];
    const content = action.kind === "write-file" ? action.content : action.previous;
    const unit = unitSource(action.path, () => new TextDecoder().decode(content))?.unit;
    if (unit === undefined) return desired.units.filter(mayReadFiles).map(({ name }) => name);
    return names.filter((name) => name === unit || templateOf(name) === unit);
  });
  const stopped = unitsOf("stop-units", actions);
  return [...new Set(units)].filter((unit) => isRunning(observed, unit) && !stopped.includes(unit)).sort();
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
