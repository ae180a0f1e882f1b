/** An application that stands and can be removed: a systemd, a restic that gives back what it was given, and everything that happens, in order. */
import { readFence } from "../../src/backup/fence.ts";
import type { RemovalRequest } from "../../src/remove/choose_ground.ts";
import { isStaging } from "../../src/backup/staging.ts";
import { anUpgradeScene } from "../support/upgrade_scene.ts";

export const HOME = "/home/app";

/** Sets the scene; `backedUp` false: the definition loads backups_none. */
export async function aStandingScene(
  options: { readonly backedUp?: boolean; readonly stopped?: readonly string[] } = {},
) {
  const { backedUp = true, stopped = [] } = options;
  const scene = await anUpgradeScene({ stopped, first: { backedUp } });
  const { system, job } = scene;
  const request: RemovalRequest = { data: false, withoutBackup: false, backupConfig: () => job.backup };
  return {
    ...scene,
    request,
    fence: () => readFence(system),
    /** What of `data/` and `.ppm/` stands. */
    left: () =>
      [...system.readDirectory(HOME) ?? []].filter((name) => name.startsWith("data"))
        .concat((system.readDirectory(`${HOME}/.ppm`) ?? []).map((name) => `.ppm/${name}`)),
    /** Names of restored or removed trees that are left. */
    stagings: () => (system.readDirectory(HOME) ?? []).filter((name) => isStaging(name, "data.drill-")),
  };
}
