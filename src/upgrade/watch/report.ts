/** How an application follows its neighbours, as `ppm status` says: from what stands on this server and what systemd says. */
import type { Complaint } from "../../backup/neglect.ts";
import { UserError } from "../../errors.ts";
import type { ReadSystem } from "../../host/system.ts";
import type { UnitProperties } from "../../host/systemd.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { readWatch } from "./journal.ts";

const PATHS = ["ppm-neighbours-changed.path", "ppm-neighbours.path"];

/** How the neighbours are followed, as `ppm status --json` prints it. */
export interface WatchReport {
  /** What is amiss, each with the command to go on with. */
  readonly complaints: readonly Complaint[];
}

/** Returns the units of ppm's own that {@linkcode reportWatch} wants to know of. */
export function watchUnitNames({ watch }: Pick<Manifest, "watch">): readonly string[] {
  return watch === null ? [] : PATHS;
}

/** Looks at the record; `units` is what systemd says of {@linkcode watchUnitNames}. null: the neighbours are not followed. */
export function reportWatch(
  system: ReadSystem,
  { watch, neighbours }: Pick<Manifest, "watch" | "neighbours">,
  units: ReadonlyMap<string, UnitProperties>,
): WatchReport | null {
  if (watch === null) return null;
  const deaf = PATHS.filter((path) => units.get(path)?.ActiveState !== "active");
  return {
    complaints: [
      ...recorded(system, neighbours),
      ...deaf.map((path) => ({ message: `${path} is not active`, next: `systemctl --user start ${path}` })),
    ],
  };
}

function recorded(system: ReadSystem, stands: string | null): readonly Complaint[] {
  try {
    const { failed, amiss } = readWatch(system);
    if (failed !== null && failed.neighbours !== stands) { // else somebody has set them up since
      const message = `with its neighbours as they are now, the application was not well: ${
        firstLine(failed.why)
      }`;
      return [{ message, next: "ppm setup" }];
    }
    return amiss === null ? [] : [{ message: firstLine(amiss), next: "ppm setup --neighbours" }];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ message: error.message, next: error.hint ?? "ppm setup --neighbours" }];
  }
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
