/** What is to stand on this server: the files of the definition and of its plugins, ppm's own units, and the state file. */
import { type Position, Problems } from "../config/problems.ts";
import type { Path } from "../config/yaml.ts";
import type { Definition, RenderedFile } from "../definition/definition.ts";
import type { BackupPolicy } from "../definition/backup_policy.ts";
import type { Healthcheck } from "../definition/healthcheck.ts";
import type { UpgradePolicy } from "../definition/upgrade_policy.ts";
import type { WatchPolicy } from "../definition/watch_policy.ts";
import { checkHealthcheck } from "./check_healthcheck.ts";
import type { ManifestUnit, OwnUnit } from "./manifest.ts";
import { listSetting, parseUnitFile, type UnitSetting } from "./unit_file.ts";
import { isWorkUnit, targetOf, templateOf, type UnitSource, unitSource } from "./units.ts";

/** Everything that is to be, independent of what is. */
export interface Desired {
  readonly instance: string;
  readonly definition: Definition;
  readonly source: {
    /** With credentials removed. */
    readonly repository: string;
    readonly directory: string;
    readonly commit: string;
    /** SHA-256 of config.yml. */
    readonly configSha256: string;
  };
  readonly files: readonly RenderedFile[];
  readonly units: readonly ManifestUnit[];
  /** How the application is backed up; null: it is not. */
  readonly backup: BackupPolicy | null;
  /** Whether it upgrades itself; null: only by hand. */
  readonly upgrade: UpgradePolicy | null;
  /** Whether it follows its neighbours; null: it does not. */
  readonly watch: WatchPolicy | null;
  /** How it is asked whether it is well; null: not beyond what systemd and podman say. */
  readonly healthcheck: Healthcheck | null;
  /** What it asks of this server that others would notice, sorted: see `grants.ts`. */
  readonly grants: readonly string[];
  /** ppm's own units that are to be enabled; their files are among `files`. */
  readonly ownUnits: readonly OwnUnit[];
  /** `<mainunit>.target`. */
  readonly target: string;
  /** The state file, mode 0644. */
  readonly state: {
    /** Absolute. */
    readonly path: string;
    readonly content: Uint8Array;
    /** SHA-256 of what neighbours are to be told of: all of it but the times. */
    readonly told: string;
  };
}

/**
 * Returns the units that `files` make, in the order of their names; throws every fault found in how they are named and wanted. `locate`
 * tells where something stands in appinfo.yml.
 */
export function desiredUnits(
  definition: Definition,
  files: readonly RenderedFile[],
  locate: (path: Path) => Position | undefined,
): readonly ManifestUnit[] {
  const sources = files.flatMap((file) => {
    const source = unitSource(file.path, () => decode(file));
    return source === undefined ? [] : [{ file, ...source }];
  });
  const problems = new Problems();
  checkEnabled(definition, sources, { problems, locate });
  checkHealthcheck(definition, sources, { problems, locate });
  problems.throwIfAny();
  const names = new Set(
    sources.filter((source) => source.role !== "dropin" && isWorkUnit(source.unit)).map((s) => s.unit),
  );
  for (const unit of definition.app.enableunits) names.add(unit);
  return [...names].sort().map((name) => toUnit(name, sources, definition.app.enableunits));
}

type FileSource = UnitSource & { readonly file: RenderedFile };

function toUnit(name: string, sources: readonly FileSource[], enableunits: readonly string[]): ManifestUnit {
  const own = sources.filter((source) => source.unit === name || source.unit === templateOf(name));
  const quadlet = own.some((source) => source.role === "quadlet");
  return {
    name,
    from: quadlet ? "quadlet" : "file",
    enabled: enableunits.includes(name),
    files: own.map((source) => source.file.path),
    containers: quadlet || own.some((source) => /\bpodman\b/.test(decode(source.file))),
  };
}

/** A unit in enableunits must come from this definition, and must say that the target wants it. */
function checkEnabled(
  { app }: Definition,
  sources: readonly FileSource[],
  { problems, locate }: {
    readonly problems: Problems;
    readonly locate: (path: Path) => Position | undefined;
  },
): void {
  const target = targetOf(app);
  for (const [index, unit] of app.enableunits.entries()) {
    const source = sources.find((s) =>
      s.role !== "dropin" && (s.unit === unit || s.unit === templateOf(unit))
    );
    if (source === undefined) {
      const message = `enableunits names ${unit}, but no file under templates/ makes that unit`;
      problems.add("appinfo.yml", locate(["enableunits", index]), message);
      continue;
    }
    const settings = parseUnitFile(decode(source.file));
    if (listSetting(settings, "Install", "WantedBy").includes(target)) continue;
    const message =
      `${unit} stands in enableunits, so its section [Install] must have the line WantedBy=${target}`;
    problems.add(source.file.origin, installPosition(source.file, settings), message);
  }
}

/** Where the section [Install] begins to say something; in a template the lines are others than in what it renders to. */
function installPosition(file: RenderedFile, settings: readonly UnitSetting[]): Position | undefined {
  const line = settings.find((setting) => setting.section === "Install")?.line;
  return line === undefined || file.origin.endsWith(".eta") ? undefined : { line, column: 1 };
}

function decode(file: RenderedFile): string {
  return new TextDecoder().decode(file.content);
}
