/** The units that ppm itself writes, from the templates in `templates/`. */
import { Eta } from "eta/core";
import dropinTemplate from "../../templates/unit_dropin.eta" with { type: "text" };
import targetTemplate from "../../templates/target.eta" with { type: "text" };
import type { AppInfo, RenderedFile } from "../definition/definition.ts";
import type { BackupPolicy } from "../definition/backup_policy.ts";
import type { UpgradePolicy } from "../definition/upgrade_policy.ts";
import type { WatchPolicy } from "../definition/watch_policy.ts";
import { backupUnits } from "./backup_units.ts";
import { unitText } from "./exec_line.ts";
import type { ManifestUnit, OwnUnit } from "./manifest.ts";
import { neighboursUnits } from "./neighbours_units.ts";
import { recoveryUnits } from "./recovery_units.ts";
import type { UnitDraft, UnitInput } from "./unit_draft.ts";
import { targetOf, templateOf, UNIT_DIRECTORY } from "./units.ts";
import { upgradeUnits } from "./upgrade_units.ts";

const eta = new Eta({ autoEscape: false, autoTrim: false });

/** What ppm adds to an application. */
export interface OwnUnits {
  readonly files: readonly RenderedFile[];
  /** Those that `setup` enables. */
  readonly enabled: readonly OwnUnit[];
}

/** What {@linkcode ownUnits} makes units of, beside the application. */
export interface OwnUnitsInput extends Omit<UnitInput, "name"> {
  /** How the application is backed up; null: it is not. */
  readonly backup: BackupPolicy | null;
  /** How it upgrades itself; null: it does not. */
  readonly upgrade: UpgradePolicy | null;
  /** How it follows its neighbours, and the state directory, in which it listens to them; null: it does not. */
  readonly watch: WatchPolicy | null;
  readonly statedirectory: string;
}

/** Returns the target of the application, the drop-ins that tie its units to it, and the units that ppm runs beside it. */
export function ownUnits(
  app: AppInfo,
  units: readonly ManifestUnit[],
  { backup, upgrade, watch, statedirectory, ...rest }: OwnUnitsInput,
): OwnUnits {
  const input = { name: app.name, ...rest };
  const drafts = [
    ...backup === null ? [] : backupUnits(input, backup),
    ...upgradeUnits(input, upgrade),
    ...watch === null ? [] : neighboursUnits(input, statedirectory),
    ...recoveryUnits(input),
  ];
  return {
    files: [...targetFiles(app, units, { keepsData: backup !== null }), ...drafts.map(unitFile)],
    enabled: drafts.filter(({ role }) => role !== "on-demand")
      .map(({ name, role }) => ({ name, start: role === "started" })),
  };
}

function targetFiles(
  app: AppInfo,
  units: readonly ManifestUnit[],
  { keepsData }: { readonly keepsData: boolean },
): readonly RenderedFile[] {
  const target = targetOf(app);
  const values = { target, keepsData, description: unitText(app.description.replace(/\.$/, "")) };
  const dropin = eta.renderString(dropinTemplate, values);
  const names = new Set(units.map((unit) => templateOf(unit.name)));
  return [
    ownFile(`${UNIT_DIRECTORY}/${target}`, eta.renderString(targetTemplate, values)),
    ...[...names].sort().map((name) => ownFile(`${UNIT_DIRECTORY}/${name}.d/ppm.conf`, dropin)),
  ];
}

function unitFile({ name, template, values, from }: UnitDraft): RenderedFile {
  const file = ownFile(`${UNIT_DIRECTORY}/${name}`, eta.renderString(template, values));
  return from === undefined ? file : { ...file, mode: 0o600, origin: `config.yml (${from})` };
}

function ownFile(path: string, text: string): RenderedFile {
  return { path, content: new TextEncoder().encode(text), mode: 0o644, origin: "ppm" };
}
