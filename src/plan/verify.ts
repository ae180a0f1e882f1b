/** Has systemd and Quadlet judge the units of a plan, on a copy, before anything of them is installed. */
import { InvalidError, type Problem, UserError } from "../errors.ts";
import type { RenderedFile } from "../definition/definition.ts";
import type { ReadSystem } from "../host/system.ts";
import type { ManifestUnit } from "./manifest.ts";
import { QUADLET_DIRECTORY, templateOf, UNIT_DIRECTORY, unitSource } from "./units.ts";
import { readQuadletVerdict, readVerdict, splitGenerated } from "./verdict.ts";

/** Where distributions put Quadlet's generator for users (podman 4.4 and newer). */
const GENERATORS = [
  "/usr/lib/systemd/user-generators/podman-user-generator",
  "/usr/libexec/podman/quadlet",
  "/usr/lib/podman/quadlet",
  "/usr/local/libexec/podman/quadlet",
];

/** Throws {@linkcode InvalidError} with everything that systemd or Quadlet would not load as it is written. */
export async function verifyUnits(
  system: ReadSystem,
  files: readonly RenderedFile[],
  units: readonly ManifestUnit[],
): Promise<void> {
  const scratch = system.makeScratch();
  try {
    const generated = await judgeQuadlets(system, scratch, files);
    const problems = [
      ...generated.problems,
      ...await judgeUnits(system, scratch, { files, units, generated: generated.units }),
    ];
    if (problems.length > 0) throw new InvalidError(problems);
  } finally {
    system.removeScratch(scratch);
  }
}

/** Whether systemd's generators, not the definition, make a unit of the file. */
export function isQuadlet({ path }: Pick<RenderedFile, "path">): boolean {
  return path.startsWith(`${QUADLET_DIRECTORY}/`);
}

/** Returns the absolute path of Quadlet's generator; undefined where this machine's podman has none. */
export function findGenerator(system: ReadSystem): string | undefined {
  return GENERATORS.find((path) => system.lstat(path) !== undefined);
}

/** What Quadlet made, by the name of the unit, and what it complained of. */
export interface Generated {
  readonly units: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** Runs Quadlet's generator over the Quadlet files among `files`, staged in `scratch`, as systemd would on a reload. */
export async function judgeQuadlets(
  system: ReadSystem,
  scratch: string,
  files: readonly RenderedFile[],
): Promise<Generated> {
  const quadlets = files.filter(isQuadlet);
  if (quadlets.length === 0) return { units: new Map(), problems: [] };
  const generator = findGenerator(system);
  if (generator === undefined) {
    throw new UserError(
      "Cannot use the definition's Quadlet files: this machine's podman has no Quadlet (podman 4.4 brings it)",
      {
        hint: "Install a newer podman, or take a definition with plain .service units",
      },
    );
  }
  const directory = `${scratch}/quadlet`;
  for (const file of quadlets) {
    system.writeScratch(`${directory}/${file.path.slice(QUADLET_DIRECTORY.length + 1)}`, file.content);
  }
  const { code, stdout, stderr } = await system.run({
    program: generator,
    args: ["--user", "--dryrun"],
    environment: { QUADLET_UNIT_DIRS: directory },
    changes: false,
    accept: [0, 1],
  });
  const origins = new Map(
    quadlets.map((file) => [file.path.slice(file.path.lastIndexOf("/") + 1), file.origin]),
  );
  const problems = readQuadletVerdict(stderr, origins);
  if (code !== 0 && problems.length === 0) {
    throw new UserError(`Cannot verify the Quadlet files: ${generator} says: ${stderr.trim()}`);
  }
  return { units: splitGenerated(stdout), problems };
}

/** What {@linkcode judgeUnits} is given. */
export interface UnitsToJudge {
  /** All that is to stand; those that systemd reads are staged. */
  readonly files: readonly RenderedFile[];
  readonly units: readonly ManifestUnit[];
  /** What Quadlet made. */
  readonly generated: Generated["units"];
  /** What systemd is to take for the user's, where it is not this one's: `HOME`, `XDG_RUNTIME_DIR`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Has systemd judge the units, staged in `scratch`. */
export async function judgeUnits(
  system: ReadSystem,
  scratch: string,
  { files, units, generated, environment = {} }: UnitsToJudge,
): Promise<readonly Problem[]> {
  const directory = `${scratch}/units`;
  const origins = new Map<string, string>();
  for (const file of files.filter((each) => each.path.startsWith(`${UNIT_DIRECTORY}/`))) {
    const name = file.path.slice(UNIT_DIRECTORY.length + 1);
    system.writeScratch(`${directory}/${name}`, file.content);
    origins.set(name, file.origin);
  }
  for (const [name, text] of generated) system.writeScratch(`${directory}/${name}`, text);
  for (const unit of units.filter((each) => each.from === "quadlet")) {
    const origin = files.find((file) => unit.files.includes(file.path))?.origin;
    if (origin !== undefined && generated.has(unit.name)) origins.set(unit.name, origin);
  }
  const names = [...origins.keys()].filter((name) => !name.includes("/") && isUnitFile(name));
  if (names.length === 0) return [];
  const { code, stderr } = await system.run({
    program: "systemd-analyze",
    args: ["--user", "verify", "--man=no", ...names.map((name) => `${directory}/${name}`)],
    environment: { ...environment, SYSTEMD_UNIT_PATH: `${directory}:` }, // the colon at the end keeps the usual directories behind it
    changes: false,
    accept: [0, 1],
  });
  const staged = {
    directory,
    origins,
    units: new Map(
      [...names, ...units.map((unit) => unit.name)].map((name) => [name, stagedName(name, origins)]),
    ),
    programs: plannedPrograms(system, files),
  };
  const { problems, accepted } = readVerdict(stderr, staged);
  if (code !== 0 && problems.length === 0 && accepted === 0) {
    throw new UserError(`Cannot verify the units: systemd-analyze says: ${stderr.trim()}`);
  }
  return problems;
}

function isUnitFile(name: string): boolean {
  return unitSource(`${UNIT_DIRECTORY}/${name}`, () => "")?.role === "file";
}

function stagedName(unit: string, origins: ReadonlyMap<string, string>): string {
  return origins.has(unit) ? unit : templateOf(unit);
}

function plannedPrograms(system: ReadSystem, files: readonly RenderedFile[]): ReadonlySet<string> {
  return new Set(
    files.filter((file) => (file.mode & 0o100) !== 0).map((file) => `${system.user.home}/${file.path}`),
  );
}
