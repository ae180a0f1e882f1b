/** Which units read something else once the neighbours have changed, and telling them. */
import type { Hands } from "../../apply/hands.ts";
import { waitUntilUp } from "../../apply/start.ts";
import { UserError } from "../../errors.ts";
import { parseShow, runSystemctl, systemctl, systemctlShow } from "../../host/systemd.ts";
import type { System } from "../../host/system.ts";
import type { Plan } from "../../plan/actions.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { templateOf, unitSource } from "../../plan/units.ts";

/** How long a unit may take to come up that is just being started: it cannot be reloaded before. */
const STARTING_MS = 60_000;

/** What of an application runs, and what of that can be reloaded. */
export interface Running {
  readonly active: readonly string[];
  readonly reloadable: readonly string[];
}

/** Whether a plan changes files that units read while they run: their own are systemd's to read. Pure. */
export function changesWhatIsRead({ actions }: Pick<Plan, "actions">): boolean {
  return actions.some((action) => {
    if (action.kind !== "write-file" && action.kind !== "set-mode" && action.kind !== "remove-file") {
      return false;
    }
    return unitSource(action.path, () => "") === undefined;
  });
}

/** Returns what goes on running with something older than `plan` puts in place, once `reloaded` was: nothing is restarted for neighbours. Pure. */
export function needRestart({ actions, restart }: Plan, reloaded: readonly string[]): readonly string[] {
  if (changesWhatIsRead({ actions }) && reloaded.length === 0) return restart;
  const changed = actions.flatMap((action) =>
    action.kind === "write-file" || action.kind === "remove-file"
      ? unitSource(action.path, () => "")?.unit ?? []
      : []
  );
  return restart.filter((unit) => changed.includes(unit) || changed.includes(templateOf(unit)));
}

/** Looks at what runs; a unit that is just being started has read the old files, and is waited for. */
export async function lookAtRunning(hands: Hands, manifest: Manifest): Promise<Running> {
  const first = await show(hands.system, manifest);
  const starting = named(
    first,
    ({ ActiveState, SubState }) => ActiveState === "activating" && SubState !== "auto-restart",
  );
  if (starting.length > 0) await comeUp(hands, manifest, starting);
  const seen = starting.length > 0 ? await show(hands.system, manifest) : first;
  const active = named(
    seen,
    ({ ActiveState = "" }) => ["active", "reloading", "refreshing"].includes(ActiveState),
  );
  const asked = manifest.watch?.reload ?? active;
  const reloadable = active.filter((name) => asked.includes(name) && seen.get(name)?.CanReload === "yes");
  return { active, reloadable };
}

/** Reloads units; throws a {@linkcode UserError} that says which of them cannot be. */
export async function reloadUnits(system: System, units: readonly string[]): Promise<void> {
  for (const unit of units) {
    try {
      await runSystemctl(system, systemctl("reload", [unit]));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`Cannot reload ${unit}: ${error.message}`, {
        hint: `More of it: ppm logs ${unit}`,
        cause: error,
      });
    }
  }
}

async function show(system: System, { units }: Manifest) {
  if (units.length === 0) return new Map<string, Readonly<Record<string, string>>>();
  const names = units.map(({ name }) => name);
  return parseShow(
    await runSystemctl(system, systemctlShow(names, ["ActiveState", "SubState", "CanReload"])),
  );
}

function named(
  seen: Awaited<ReturnType<typeof show>>,
  isMeant: (unit: Readonly<Record<string, string>>) => boolean,
): readonly string[] {
  return [...seen].filter(([, unit]) => isMeant(unit)).map(([name]) => name);
}

/** What does not come up is none of the neighbours' business. */
async function comeUp(hands: Hands, manifest: Manifest, units: readonly string[]): Promise<void> {
  try {
    await waitUntilUp(hands, "start", manifest, { units, settleMs: 0, timeoutMs: STARTING_MS });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
