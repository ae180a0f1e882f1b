/** The units by which an application upgrades itself, from the templates in `templates/`. */
import upgradeService from "../../templates/ppm-upgrade.service.eta" with { type: "text" };
import upgradeTimer from "../../templates/ppm-upgrade.timer.eta" with { type: "text" };
import type { UpgradePolicy } from "../definition/upgrade_policy.ts";
import { unitText } from "./exec_line.ts";
import { draftUnit, tellers, type UnitDraft, type UnitInput } from "./unit_draft.ts";

/** Returns the units that `policy` asks for. */
export function upgradeUnits(input: UnitInput, { oncalendar }: UpgradePolicy): readonly UnitDraft[] {
  return [
    draftUnit(input, "ppm-upgrade.service", upgradeService, {
      values: { onFailure: ["ppm-recover.service", ...tellers(input.notify)].join(" ") },
    }),
    draftUnit(input, "ppm-upgrade.timer", upgradeTimer, {
      role: "started",
      values: { oncalendar: unitText(oncalendar) },
    }),
  ];
}
