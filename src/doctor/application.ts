/** How the application itself is: the same that `ppm status` and its reports know, as findings. */
import { isUnhealthy } from "../apply/container_health.ts";
import { lookAtStatus, type StatusLook, type UnitReport } from "../apply/status.ts";
import { type BackupReport, backupUnitNames, reportBackups } from "../backup/report.ts";
import type { Complaint } from "../backup/neglect.ts";
import type { ReadSystem } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";
import { observeUnits } from "../plan/observe.ts";
import { isConcrete, targetOf } from "../plan/units.ts";
import { reportUpgrades, upgradeUnitNames } from "../upgrade/report.ts";
import { reportWatch, watchUnitNames } from "../upgrade/watch/report.ts";
import { printable } from "../ui/text.ts";
import { examineDrift } from "./drift.ts";
import { type Finding, findingsOf } from "./finding.ts";
import type { Ground } from "./ground.ts";

/** Looks once, and lets each check make of it what it can. For an application that is not fenced, and whose manager answers; `isPublishable`: whether the state directory is as it should be. */
export async function examineApplication(
  { system, nowMs, config }: Ground,
  manifest: Manifest,
  { isPublishable }: { readonly isPublishable: boolean },
): Promise<readonly Finding[]> {
  const beside = new Set([
    ...backupUnitNames(manifest),
    ...upgradeUnitNames(manifest),
    ...watchUnitNames(manifest),
    ...manifest.ownUnits.map(({ name }) => name),
  ]);
  const [look, enabled] = await Promise.all([
    lookAtStatus(system, manifest, [...beside]),
    examineEnabled(system, manifest),
  ]);
  const { report, units } = look;
  const backups = reportBackups(system, manifest, { units, nowMs });
  return [
    ...examineDrift(report.drift, manifest, { hasConfig: config !== undefined, isPublishable }),
    ...enabled,
    ...examineUnits(look, manifest),
    ...backups === null ? [] : examineBackups(backups, manifest),
    ...complaints("upgrades", reportUpgrades(system, manifest, units).complaints, UPGRADES),
    ...complaints("neighbours", reportWatch(system, manifest, units)?.complaints ?? [], NEIGHBOURS),
  ];
}

/** What is not enabled runs now, and not after the next boot. What has no file any more is found by the check of the drift. */
async function examineEnabled(system: ReadSystem, manifest: Manifest): Promise<readonly Finding[]> {
  const { good, wrong } = findingsOf("enabled");
  const linked = manifest.units.filter(({ enabled, from, name }) =>
    enabled && from === "file" && isConcrete(name)
  );
  const wanted = [targetOf(manifest.app), ...[...linked, ...manifest.ownUnits].map(({ name }) => name)];
  const units = await observeUnits(system, wanted);
  const disabled = wanted.filter((name) => units.get(name)?.UnitFileState === "disabled");
  if (disabled.length === 0) return [good("everything starts at boot that is to")];
  return [wrong(`not enabled: ${disabled.join(", ")}`, {
    why: "After the next boot, it does not start.",
    mend: ["ppm setup"],
  })];
}

function examineUnits({ report, units }: StatusLook, manifest: Manifest): readonly Finding[] {
  const { good, wrong } = findingsOf("units");
  const { target } = report;
  if (target.active === "inactive") {
    if (units.get(target.name)?.LoadState !== "loaded") return []; // its file is gone: the drift says so
    return [wrong(`${target.name} is ${target.words}`, {
      why: "The application does not run.",
      mend: ["ppm start"],
    })];
  }
  const ill = report.units.filter((unit) => !unit.well);
  const names = new Set(manifest.units.map(({ name }) => name));
  const unhealthy = (report.containers ?? []).filter((container) => isUnhealthy(container, names));
  const { healthcheck } = report;
  return [
    ...ill.map((unit) => wrong(`${unit.name}: ${unit.words}`, remedyOf(unit))),
    ...unhealthy.map(({ name, unit }) =>
      wrong(`the container ${printable(name)} is unhealthy`, {
        why: "Its own health check says that it does not do what it is for.",
        mend: [`ppm logs ${unit ?? ""}`.trim(), "ppm restart"],
      })
    ),
    ...healthcheck?.well === false
      ? [wrong(`the healthcheck fails: ${printable(`${healthcheck.asked} ${healthcheck.words}`)}`, {
        why: "The units run, and the application does not answer as it should.",
        mend: ["ppm logs", "ppm restart"],
      })]
      : [],
    ...report.containers === null
      ? [wrong("podman does not say which containers there are", {
        why: "What became of the application's containers is unknown, and new ones may not start.",
        mend: ["podman system migrate", "ppm start"],
      })]
      : [],
    ...report.well ? [good(`${report.units.length} of ${report.units.length} units are well`)] : [],
  ];
}

function remedyOf({ name }: UnitReport) {
  return { why: "The application is not whole.", mend: [`ppm logs ${name}`, "ppm start"] };
}

function examineBackups(report: BackupReport, manifest: Manifest): readonly Finding[] {
  const { good, note } = findingsOf("backups");
  const found = complaints("backups", report.complaints, BACKUPS);
  const proof = report.good !== null && report.drill === null
    ? [note("no backup was ever proven", {
      why: "That a backup can be restored is known once it was.",
      mend: ["ppm drill"],
    })]
    : [];
  if (found.length > 0) return [...found, ...proof];
  const words = report.good === null
    ? `there is none yet of "${manifest.instance}"`
    : `the newest is of ${report.good.time}`;
  return [good(words), ...proof];
}

const BACKUPS = "What was not backed up is lost with the disk, or by the next mistake.";
const UPGRADES = "What is not upgraded keeps the faults of its version.";
const NEIGHBOURS = "What the application says of its neighbours is not what they are.";

function complaints(check: string, found: readonly Complaint[], why: string): readonly Finding[] {
  const { wrong } = findingsOf(check);
  return found.map(({ message, next }) => wrong(printable(message), { why, mend: [next] }));
}
