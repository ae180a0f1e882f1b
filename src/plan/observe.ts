/** Learns what is there: the only part of planning that looks at the machine. */
import type { ReadSystem } from "../host/system.ts";
import { parseShow, runSystemctl, systemctlShow, type UnitProperties } from "../host/systemd.ts";
import { UserError } from "../errors.ts";
import { parents } from "../layout.ts";
import { sha256 } from "./digest.ts";
import { isConcrete } from "./units.ts";

/** A regular file that stands somewhere. */
export interface ObservedFile {
  readonly content: Uint8Array;
  readonly sha256: string;
  readonly mode: number;
}

/** What stands on this server of all that a plan could touch. */
export interface Observed {
  /** By path relative to the home directory; what is missing here does not exist. */
  readonly files: ReadonlyMap<string, ObservedFile>;
  /** Directories below the home directory that exist, of those asked for. */
  readonly directories: ReadonlySet<string>;
  readonly units: ReadonlyMap<string, UnitProperties>;
  readonly state: ObservedFile | undefined;
}

/** What to look at. */
export interface Question {
  /** Relative to the home directory. */
  readonly paths: readonly string[];
  readonly units: readonly string[];
  /** Absolute path of the state file, if there is one. */
  readonly statePath: string | undefined;
}

/** The properties of units that plans and reports are made of. */
const PLAN_PROPERTIES = ["LoadState", "ActiveState", "UnitFileState", "NeedDaemonReload"];

/** Looks at everything in `question`. Throws one error that names every path that cannot be written as planned. */
export async function observe(system: ReadSystem, question: Question): Promise<Observed> {
  const obstacles = question.paths.flatMap((path) => obstacle(system, path) ?? []);
  if (obstacles.length > 0) {
    throw new UserError(obstacles.join("\n"), {
      hint: "Move it out of the way, then run the same command again",
    });
  }
  const files = new Map<string, ObservedFile>();
  const directories = new Set<string>();
  for (const path of question.paths) {
    const file = await observeFile(system, `${system.user.home}/${path}`);
    if (file !== undefined) files.set(path, file);
    for (const directory of parents(path)) {
      if (system.lstat(`${system.user.home}/${directory}`) !== undefined) directories.add(directory);
    }
  }
  const units = await observeUnits(system, question.units);
  const { statePath } = question;
  const state = statePath === undefined ? undefined : await observeFile(system, statePath);
  return { files, directories, units, state };
}

/** Asks the user manager about `units`, in one call; about a template, by those of its instances that systemd has loaded. */
export async function observeUnits(
  system: ReadSystem,
  units: readonly string[],
): Promise<ReadonlyMap<string, UnitProperties>> {
  if (units.length === 0) return new Map();
  const names = units.map((unit) => isConcrete(unit) ? unit : instancesOf(unit));
  return parseShow(await runSystemctl(system, systemctlShow(names, PLAN_PROPERTIES)));
}

/** Returns the glob(7) pattern that the instances of a template match; systemctl refuses to show the template itself. */
function instancesOf(template: string): string {
  return template.replaceAll("\\", "\\\\").replace("@.", "@*.");
}

/** Whether nothing is left to enable. What somebody masked cannot be enabled, and stays as it is. */
export function isEnabled(unit: UnitProperties | undefined): boolean {
  return ["enabled", "masked", "masked-runtime"].includes(unit?.UnitFileState ?? "");
}

/** Whether a timer or a path of ppm's own waits for its moment. What somebody masked does not, and stays as it is. */
export function isWaiting(unit: UnitProperties | undefined): boolean {
  return unit?.ActiveState === "active" || unit?.LoadState === "masked";
}

async function observeFile(system: ReadSystem, path: string): Promise<ObservedFile | undefined> {
  const stat = system.lstat(path);
  const content = stat === undefined ? undefined : system.readFile(path);
  if (stat === undefined || content === undefined) return undefined;
  return { content, sha256: await sha256(content), mode: stat.mode };
}

/** Says what is in the way of a file at `path`, if anything is. Links are never followed: they could lead out of the home directory. */
function obstacle(system: ReadSystem, path: string): string | undefined {
  const { home } = system.user;
  for (const directory of parents(path)) {
    const kind = system.lstat(`${home}/${directory}`)?.kind;
    if (kind === undefined) return undefined;
    if (kind !== "directory") return `Cannot write ${path}: ${directory} is ${KINDS[kind]}, not a directory`;
  }
  const kind = system.lstat(`${home}/${path}`)?.kind;
  if (kind === undefined || kind === "file") return undefined;
  return `Cannot write ${path}: ${KINDS[kind]} stands there`;
}

const KINDS = {
  file: "a file",
  directory: "a directory",
  link: "a symbolic link",
  other: "a device, pipe or socket",
};
