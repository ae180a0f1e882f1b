/** Stops units, and waits until none of them runs. */
import { UserError } from "../errors.ts";
import { hasJob, requireManager, runSystemctl, systemctl, type UnitProperties } from "../host/systemd.ts";
import type { Manifest } from "../plan/manifest.ts";
import { isConcrete, targetOf } from "../plan/units.ts";
import { type Hands, PAUSE_MS, TIME_LIMIT_MS } from "./hands.ts";
import { lookAt } from "./units.ts";

/** Stops an application, or `units` of it alone; throws if anything of it still runs in the end. */
export async function bringDown(
  hands: Hands,
  manifest: Manifest,
  units: readonly string[] | undefined,
): Promise<void> {
  requireManager(hands.system);
  await runSystemctl(hands.system, systemctl("stop", units ?? [targetOf(manifest.app)], { noBlock: true }));
  const watched = units ?? manifest.units.map((unit) => unit.name).filter(isConcrete);
  await waitUntilDown(hands, manifest, watched);
}

/** Waits until none of the units `watched`, which systemd was asked to stop, runs any more; throws if one still does in the end. */
export async function waitUntilDown(
  { system, clock, output }: Hands,
  manifest: Manifest,
  watched: readonly string[],
): Promise<void> {
  const begin = clock.elapsed();
  while (true) {
    const running = [...await lookAt(system, watched)].filter(([, unit]) => !isDown(unit));
    if (running.length === 0) break;
    const busy = running.some(([, unit]) => unit.ActiveState === "deactivating" || hasJob(unit));
    const late = clock.elapsed() - begin >= TIME_LIMIT_MS;
    if (!busy || late) throw stillRunning(manifest, running.map(([unit]) => unit), late);
    output.progress(`Waiting for ${running.map(([unit]) => unit).join(", ")} to stop`);
    await clock.sleep(PAUSE_MS);
  }
  output.endProgress();
}

function isDown(unit: UnitProperties): boolean {
  return unit.ActiveState === "inactive" || unit.ActiveState === "failed";
}

function stillRunning(manifest: Manifest, units: readonly string[], late: boolean): UserError {
  const why = late ? "still running after the time limit" : "still running";
  return new UserError(`Cannot stop "${manifest.app.name}": ${why}: ${units.join(", ")}`, {
    hint: `Look at what holds it: systemctl --user status ${units.join(" ")}`,
  });
}
