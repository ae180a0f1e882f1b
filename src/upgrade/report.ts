/** How the upgrades of an application are, as `ppm status` says: from what stands on this server and what systemd says, without git. */
import { nextElapse } from "../apply/status.ts";
import type { Complaint } from "../backup/neglect.ts";
import { EXIT_CODES, UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import type { UnitProperties } from "../host/systemd.ts";
import type { Manifest } from "../plan/manifest.ts";
import { readSwitch } from "./switch.ts";
import { type Quarantined, readUpgrades } from "./upgrades.ts";

const SERVICE = "ppm-upgrade.service";
const TIMER = "ppm-upgrade.timer";

/** The upgrades of an application, as `ppm status --json` prints them. Times are RFC 3339. */
export interface UpgradeReport {
  /** When the last one went well; null: none has. */
  readonly upgraded: string | null;
  /** Whether the timer upgrades it, and when next. */
  readonly scheduled: boolean;
  readonly next: string | null;
  /** The commit that is left alone, since nothing newer has come. */
  readonly quarantined: Quarantined | null;
  /** What is amiss, each with the command to go on with. */
  readonly complaints: readonly Complaint[];
}

/** Returns the units of ppm's own that {@linkcode reportUpgrades} wants to know of. */
export function upgradeUnitNames({ upgrade }: Manifest): readonly string[] {
  return upgrade === null ? [] : [SERVICE, TIMER];
}

/** Looks at the records; `units` is what systemd says of {@linkcode upgradeUnitNames}. */
export function reportUpgrades(
  system: ReadSystem,
  manifest: Manifest,
  units: ReadonlyMap<string, UnitProperties>,
): UpgradeReport {
  const { value, complaints } = understood(system);
  const timer = units.get(TIMER);
  const next = timer === undefined ? undefined : nextElapse(timer);
  const newest = value.quarantine.at(-1);
  const quarantined = newest && Date.parse(newest.time) > (value.upgraded ?? 0) ? newest : null;
  return {
    upgraded: value.upgraded === null ? null : new Date(value.upgraded).toISOString(),
    scheduled: manifest.upgrade !== null,
    next: next === undefined ? null : new Date(next).toISOString(),
    quarantined,
    complaints: [
      ...complaints,
      ...underWay(system),
      ...quarantined === null ? failed(units.get(SERVICE)) : leftAlone(quarantined),
      ...manifest.upgrade !== null && timer?.ActiveState !== "active"
        ? [{ message: `${TIMER} is not active`, next: `systemctl --user start ${TIMER}` }]
        : [],
    ],
  };
}

/** Somebody may be at it right now; if not, `ppm recover` says so by doing it. */
function underWay(system: ReadSystem): readonly Complaint[] {
  try {
    const found = readSwitch(system);
    if (found === undefined) return [];
    const what = found.phase === "trial"
      ? `generation ${found.other} is on trial`
      : `generation ${found.goal} ${found.phase === "returning" ? "is being brought back" : "is being left"}`;
    return [{
      message: `${what} since ${found.time}${found.told === null ? "" : `: ${found.told}`}`,
      next: "ppm recover",
    }];
  } catch (error) {
    return [complaintOf(error)];
  }
}

function leftAlone({ commit, time, why }: Quarantined): readonly Complaint[] {
  const id = commit.slice(0, 12);
  return [{
    message: `${id} is left alone since ${time}: ${why}`,
    next: `ppm upgrade --apply --retry ${id}`,
  }];
}

/** What a run by the timer has ended with that no record tells of. */
function failed(service: UnitProperties = {}): readonly Complaint[] {
  if (service.ActiveState !== "failed") return [];
  const row = EXIT_CODES.find(({ code }) => String(code) === service.ExecMainStatus);
  const why = service.Result === "exit-code" && row !== undefined ? row.meaning : service.Result;
  return [{ message: `the last scheduled upgrade failed: ${why}`, next: `journalctl --user -u ${SERVICE}` }];
}

function understood(system: ReadSystem) {
  try {
    return { value: readUpgrades(system), complaints: [] };
  } catch (error) {
    return { value: { upgraded: null, quarantine: [] }, complaints: [complaintOf(error)] };
  }
}

function complaintOf(error: unknown): Complaint {
  if (!(error instanceof UserError)) throw error;
  return { message: error.message, next: error.hint ?? "ppm help recover" };
}
