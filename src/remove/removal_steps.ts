/** What a removal does, step by step, as data: from what the manifest says that ppm wrote, and what of it stands. Pure. */
import type { Deed } from "../apply/apply.ts";
import { commandLine } from "../host/command_line.ts";
import { systemctl } from "../host/systemd.ts";
import {
  BACKUP_RECORD_FILE,
  CLONE_DIRECTORY,
  DATA_DIRECTORY,
  DRILL_LOCK_FILE,
  DRILL_RECORD_FILE,
  GENERATIONS_DIRECTORY,
  INTENT_FILE,
  KEY_FILE,
  LINEAGE_FILE,
  MANIFEST_FILE,
  MOVE_FILE,
  NEW_CLONE_DIRECTORY,
  PULL_FILE,
  RECOVER_FILE,
  REQUEST_FILE,
  SECRETS_FILE,
  SNAPSHOT_FILE,
  SPARE_FILE,
  SWAP_FILE,
  SWITCH_FILE,
  UPGRADES_FILE,
  WATCH_FILE,
} from "../layout.ts";
import { describe, type Description } from "../plan/describe.ts";
import type { Manifest } from "../plan/manifest.ts";
import type { Observed } from "../plan/observe.ts";
import { isPrivate, keepEdited, ownPaths } from "../plan/plan.ts";
import { isRunning } from "../plan/retire.ts";
import { concernsSystemd } from "../plan/units.ts";

/** One step. Paths are relative to the home directory unless they are said to be absolute. */
export type RemovalStep =
  | Deed
  /** Units without files that systemd would go on to list as failed. */
  | { readonly kind: "forget-failures"; readonly units: readonly string[]; readonly why: string }
  /** The state file (absolute) goes, and whoever watches the directory above hears of it. */
  | { readonly kind: "withdraw-state"; readonly path: string; readonly why: string }
  /** `data/`, which containers may own, is set aside as a whole before anything of it goes. */
  | { readonly kind: "remove-data"; readonly why: string }
  /** A file or a tree of ppm's own. */
  | { readonly kind: "remove-own"; readonly path: string; readonly why: string };

/** What is to be removed. */
export interface RemovalInput {
  /** undefined where nothing is set up: then only data and what an interrupted removal has left may be there. */
  readonly manifest: Manifest | undefined;
  readonly observed: Observed;
  readonly data: boolean;
  /** Whether something stands at a path: of `.ppm/` or `data/`. */
  readonly stands: (path: string) => boolean;
}

/** What ppm needs to work, and what git and the next setup bring again. */
const RECORDS = [
  CLONE_DIRECTORY,
  NEW_CLONE_DIRECTORY,
  GENERATIONS_DIRECTORY,
  BACKUP_RECORD_FILE,
  DRILL_RECORD_FILE,
  DRILL_LOCK_FILE,
  INTENT_FILE,
  SWAP_FILE,
  SWITCH_FILE,
  SPARE_FILE,
  PULL_FILE,
  MOVE_FILE,
  UPGRADES_FILE,
  WATCH_FILE,
  REQUEST_FILE,
  SNAPSHOT_FILE,
];

/** What belongs to the data, and is of use only with it. */
const OF_DATA = [SECRETS_FILE, KEY_FILE, LINEAGE_FILE, RECOVER_FILE];

/** Returns the steps, in their order: units first, while systemd still knows them; the manifest, which says what is ppm's, last. */
export function removalSteps({ manifest, observed, data, stands }: RemovalInput): readonly RemovalStep[] {
  const own = (paths: readonly string[], why: string): readonly RemovalStep[] =>
    paths.filter(stands).map((path) => ({ kind: "remove-own", path, why }));
  return [
    ...manifest === undefined ? [] : [
      ...retirement(observed),
      ...files(manifest, observed),
      ...withdrawal(manifest),
    ],
    ...data && stands(DATA_DIRECTORY) ? [{ kind: "remove-data", why: "it was asked for" } as const] : [],
    ...own(RECORDS, "nothing is set up any more"),
    ...data ? own(OF_DATA, "it belongs to the data") : [],
    ...own([MANIFEST_FILE], "nothing of what it names is left"),
  ];
}

/** All units are named, and waited for; what ppm runs beside the application goes too. */
function retirement(observed: Observed): readonly RemovalStep[] {
  const units = [...observed.units.keys()];
  const running = units.filter((unit) => isRunning(observed, unit));
  const enabled = units.filter((unit) => observed.units.get(unit)?.UnitFileState === "enabled");
  return [
    ...running.length === 0 ? [] : [{ kind: "stop-units", units: running, why: WHY } as const],
    ...enabled.length === 0 ? [] : [{ kind: "disable-units", units: enabled, why: WHY } as const],
  ];
}

const WHY = "the application is removed";

/** Every file that ppm wrote; what was edited since is kept before any goes. */
function files(manifest: Manifest, observed: Observed): readonly RemovalStep[] {
  const paths = ownPaths(manifest).filter((path) => observed.files.has(path));
  const removed = paths.map((path): Deed => {
    const { content: previous, mode } = observed.files.get(path)!;
    return { kind: "remove-file", path, previous, private: isPrivate(mode), why: "ppm wrote it" };
  });
  const units = [...observed.units.keys()];
  return [
    ...paths.flatMap((path) => keepEdited(path, { manifest, observed }, "it is removed")),
    ...removed,
    ...manifest.directories.filter((path) => observed.directories.has(path)).toReversed()
      .map((path): Deed => ({ kind: "remove-directory", path, why: "ppm made it; what is not empty stays" })),
    // A run that was killed after the last file has not told systemd.
    { kind: "reload-manager", why: "unit files go" },
    ...ownPaths(manifest).some(concernsSystemd) && units.length > 0
      ? [{ kind: "forget-failures", units, why: "what has no file any more is no failure" } as const]
      : [],
  ];
}

function withdrawal({ stateFile }: Manifest): readonly RemovalStep[] {
  if (stateFile === null) return [];
  const why = "the neighbours, proxy and firewall among them, forget the application";
  return [{ kind: "withdraw-state", path: stateFile.path, why }];
}

/** Returns what a step does, in words. */
export function describeRemoval(step: RemovalStep): Description {
  const { why } = step;
  switch (step.kind) {
    case "forget-failures":
      return { what: "forget failed units", why, detail: commandLine(systemctl("reset-failed", step.units)) };
    case "withdraw-state":
      return { what: `remove ${step.path}`, why, detail: "" };
    case "remove-data":
      return { what: `remove ${DATA_DIRECTORY}/`, why, detail: "" };
    case "remove-own":
      return { what: `remove ${step.path}`, why, detail: "" };
    default:
      return describe(step);
  }
}
