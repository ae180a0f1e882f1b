/** Starts a generation and watches it until it is well: of an upgrade the new one, after a rollback the old one. */
import type { Hands } from "../apply/hands.ts";
import { waitUntilUp } from "../apply/start.ts";
import { lookAt, wantedUnits } from "../apply/units.ts";
import { runningUnits } from "../backup/pause.ts";
import { runSystemctl, systemctl } from "../host/systemd.ts";
import type { ReadSystem, System } from "../host/system.ts";
import type { Manifest, ManifestUnit } from "../plan/manifest.ts";
import { targetOf, templateOf } from "../plan/units.ts";

/** How long everything must stay up before it is believed: a crash loop looks healthy for a while. */
const SETTLE_MS = 10_000;

/** How often something may fall over in a trial. Who watches may wait; at night the version before serves people meanwhile. */
const MOST_FALLS = 5;

/** What ran before an upgrade or a rollback, by name. */
export interface Before {
  /** Units of the application that run, instances of templates among them. */
  readonly running: readonly string[];
  /** Units that the target wants and an administrator has stopped: they stay stopped. */
  readonly stopped: readonly string[];
  /** Whether the application is meant to run: something of it runs, or nobody has stopped its target and something has failed. */
  readonly meant: boolean;
}

/** Looks at what runs. */
export async function lookBefore(system: ReadSystem, manifest: Manifest): Promise<Before> {
  const running = await runningUnits(system, manifest);
  const target = targetOf(manifest.app);
  const looked = await lookAt(system, [target, ...wantedUnits(manifest)]);
  const isMeant = looked.get(target)?.ActiveState === "active";
  const wanted = [...looked].filter(([name]) => name !== target);
  // A oneshot that has done its work is inactive too, but was started; what has failed is to be mended by the upgrade.
  const stopped = wanted.filter(([, unit]) => unit.ActiveState === "inactive" && unit.Type !== "oneshot")
    .map(([name]) => name);
  const hasFailed = wanted.some(([, unit]) => unit.ActiveState === "failed");
  return { running, stopped, meant: running.length > 0 || (isMeant && hasFailed) };
}

/** What an upgrade starts. */
export interface Start {
  /** Units to start, and to watch. */
  readonly tried: readonly string[];
  /** Those among them that have run, and have to read something new. */
  readonly restart: readonly string[];
}

/**
 * Returns what is started in `after`, where `before` says what ran in the generation before: everything that is wanted now, but nothing that
 * somebody has stopped, and nothing at all where nothing was meant to run. Pure.
 */
export function unitsToTry(
  before: Before,
  { from, to, changed }: {
    readonly from: Pick<Manifest, "app">;
    readonly to: { readonly units: readonly ManifestUnit[]; readonly target: string };
    /** Units that have something older than what they would read now. */
    readonly changed: readonly string[];
  },
): Start {
  if (!before.meant) return { tried: [], restart: [] };
  const wanted = to.units.filter((unit) => unit.enabled).map((unit) => unit.name);
  const kept = before.running.filter((unit) =>
    to.units.some(({ name }) => name === templateOf(unit) || name === unit)
  );
  const target = targetOf(from.app) === to.target ? [] : [to.target];
  const meant = [...target, ...wanted, ...kept].filter((unit) => !before.stopped.includes(unit));
  return {
    tried: [...new Set(meant)],
    restart: [...new Set(changed)].filter((unit) => before.running.includes(unit)),
  };
}

/** Starts units and waits until they are well and have stayed so. Throws a {@linkcode UserError} that names every culprit. */
export async function tryOut(hands: Hands, manifest: Manifest, { tried, restart }: Start): Promise<void> {
  const { system } = hands;
  if (tried.length === 0) return;
  await forgetStarts(system, tried);
  await begin(system, "restart", restart);
  // Not what is being restarted: it may have fallen over by now, and what it does to the data it should do once.
  await begin(system, "start", tried.filter((unit) => !restart.includes(unit)));
  const limits = { settleMs: SETTLE_MS, mostFalls: MOST_FALLS };
  await waitUntilUp(hands, "start", manifest, { units: tried, health: true, ...limits });
}

async function begin(system: System, verb: "start" | "restart", units: readonly string[]): Promise<void> {
  if (units.length > 0) await runSystemctl(system, systemctl(verb, units, { noBlock: true }));
}

/** That ppm stops and starts units must not count among the starts that systemd lets them have in a while. */
async function forgetStarts(system: System, units: readonly string[]): Promise<void> {
  await runSystemctl(system, { ...systemctl("reset-failed", units), accept: [0, 1] });
}
