/** Whether the programs are there that ppm runs for this application, and whether they are new enough. */
import type { ReadSystem } from "../host/system.ts";
import { findGenerator } from "../plan/verify.ts";
import { type Finding, findingsOf } from "./finding.ts";
import { type Ground, runsContainers } from "./ground.ts";
import { installation, type Package } from "./packages.ts";

/** Something to run. */
export interface Requirement {
  readonly program: string;
  readonly package: Package;
  /** What it is for, as a sentence. */
  readonly why: string;
  /** The oldest release that will do, and the arguments with which the program says its own; undefined: any. */
  readonly version?: { readonly args: readonly string[]; readonly least: string };
  /** undefined: nobody knows before the first setup. */
  readonly needed: boolean | undefined;
}

/** What was found of a program. */
export interface ProgramLook {
  /** undefined: it is not there. */
  readonly path: string | undefined;
  /** undefined: it was not asked, or does not say. */
  readonly version: string | undefined;
}

const { good, wrong, note } = findingsOf("programs");

/** Returns what this application needs. The least versions are those of Debian 12, the oldest that ppm is tested with; Quadlet came with podman 4.4. */
export function requirements(
  { backups, containers, quadlet, session = true }: {
    readonly backups: boolean | undefined;
    readonly containers: boolean | undefined;
    readonly quadlet: boolean;
    /** Whether the user's runtime directory is there: without it podman says nothing, not even its version. @default {true} */
    readonly session?: boolean;
  },
): readonly Requirement[] {
  const ids = "Rootless containers get their users with it.";
  const say = ["--version"];
  return [
    {
      program: "git",
      package: "git",
      why: "It brings the definition.",
      version: { args: say, least: "2.39" },
      needed: true,
    },
    {
      program: "restic",
      package: "restic",
      why: "It keeps the backups.",
      version: { args: ["version"], least: "0.14" },
      needed: backups,
    },
    {
      program: "systemctl",
      package: "systemd",
      why: "It runs the application.",
      version: { args: say, least: "252" },
      needed: true,
    },
    {
      program: "podman",
      package: "podman",
      why: "It runs the application's containers.",
      needed: containers,
      ...session ? { version: { args: say, least: quadlet ? "4.4" : "4.3" } } : {},
    },
    { program: "newuidmap", package: "uidmap", why: ids, needed: containers },
    { program: "newgidmap", package: "uidmap", why: ids, needed: containers },
  ];
}

/** Looks at all of them, side by side. */
export async function examinePrograms(ground: Ground): Promise<readonly Finding[]> {
  const { system, manifest, config } = ground;
  const quadlet = manifest?.units.some(({ from }) => from === "quadlet") ?? false;
  const containers = runsContainers(ground);
  const backups = manifest === undefined ? config?.backup && true : manifest.backup !== null;
  const session = system.lstat(system.user.runtimedirectory) !== undefined;
  return [
    ...await examineRequirements(system, requirements({ backups, containers, quadlet, session })),
    ...quadlet ? examineQuadlet(system) : [],
    ...containers ? await examineNetwork(system, { session }) : [],
  ];
}

/** Looks at `wanted`, whoever wants it. */
export async function examineRequirements(
  system: ReadSystem,
  wanted: readonly Requirement[],
): Promise<readonly Finding[]> {
  const needed = wanted.filter((each) => each.needed !== false);
  const looks = await Promise.all(needed.map((each) => lookFor(system, each)));
  return needed.map((each, at) => judgeProgram(system, each, looks[at]!));
}

async function lookFor(
  system: ReadSystem,
  { program, version }: Pick<Requirement, "program" | "version">,
): Promise<ProgramLook> {
  const path = system.which(program);
  if (path === undefined || version === undefined) return { path, version: undefined };
  const { stdout } = await system.run({ program, args: version.args, changes: false, timeoutMs: 15_000 });
  return { path, version: /\d+(?:\.\d+)*/.exec(stdout)?.[0] };
}

function judgeProgram(system: ReadSystem, wanted: Requirement, { path, version }: ProgramLook): Finding {
  const { program, why, needed } = wanted;
  const name = program === "systemctl" ? "systemd" : program;
  const install = () => installation(system, wanted.package, `${name}: ${why}`);
  if (path === undefined) {
    if (needed) return wrong(`${program} is not there`, { why, ...install() });
    return note(`${program} is not there`, { why: `If the application needs it: ${why}`, ...install() });
  }
  if (wanted.version === undefined) return good(`${name} is there`);
  const { least } = wanted.version;
  if (version === undefined) {
    return wrong(`${path} does not say which version it is`, { why, advice: `See what it prints: ${path}` });
  }
  if (!isOlderThan(version, least)) return good(`${name} ${version}`);
  const packaged = `/usr/bin/${program}`;
  const hidden = path !== packaged && system.lstat(packaged) !== undefined;
  const aside = {
    command: `mv ${path} ${path}.old`,
    reason: `${path} is too old and stands before ${packaged}`,
    undo: `mv ${path}.old ${path}`,
  };
  return wrong(`${name} ${version} (${path}) is older than ${least}`, {
    why: `${why} ppm is not tested with anything older.`,
    ...hidden ? { rootSteps: [aside] } : install(),
  });
}

/** Compares versions number by number: 4.10 is newer than 4.9, and 4.3 no older than 4.3. */
export function isOlderThan(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split(".").map(Number)) as [number[], number[]];
  const differing = b.findIndex((number, at) => (a[at] ?? 0) !== number);
  return differing !== -1 && (a[differing] ?? 0) < b[differing]!;
}

function examineQuadlet(system: ReadSystem): readonly Finding[] {
  if (findGenerator(system) !== undefined) return [good("Quadlet's generator is there")];
  return [wrong("Quadlet's generator is not there", {
    why:
      "systemd makes no units of the application's Quadlet files without it; podman 4.4 and newer bring it.",
    ...installation(system, "podman", "Quadlet's generator belongs to podman"),
  })];
}

/** The podman that takes pasta, which is in passt, rather than slirp4netns. */
const PASTA_SINCE = "5";

/** podman takes pasta from version 5 on, slirp4netns before; containers.conf may say otherwise. */
export async function examineNetwork(
  system: ReadSystem,
  { session }: { readonly session: boolean },
): Promise<readonly Finding[]> {
  const found = ["pasta", "slirp4netns"].find((program) => system.which(program) !== undefined);
  if (found !== undefined) return [good(`${found} is there`)];
  const asked = session ? { version: { args: ["--version"], least: PASTA_SINCE } } : {};
  const { version } = await lookFor(system, { program: "podman", ...asked });
  const wanted = version !== undefined && isOlderThan(version, PASTA_SINCE) ? "slirp4netns" : "passt";
  return [wrong("neither pasta nor slirp4netns is there", {
    why: "One of them connects rootless containers to the network.",
    ...installation(system, wanted, "connects rootless containers to the network"),
  })];
}
