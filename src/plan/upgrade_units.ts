/** The units by which an application upgrades itself, from the templates in `templates/`. */
import upgradeService from "../../templates/ppm-upgrade.service.eta" with { type: "text" };
import upgradeTimer from "../../templates/ppm-upgrade.timer.eta" with { type: "text" };
import type { UpgradePolicy } from "../definition/upgrade_policy.ts";
import { unitText } from "./exec_line.ts";
import { draftUnit, tellers, type UnitDraft, type UnitInput } from "./unit_draft.ts";

/**
 * Returns the units that `policy` asks for. The service is there without one too: an upgrade that drops the policy runs in it. systemd would
 * forget with its file who may report to the watchdog, but not the watchdog, and kill it (seen with systemd 252 and 257).
 */
export function upgradeUnits(input: UnitInput, policy: UpgradePolicy | null): readonly UnitDraft[] {
  return [
    draftUnit(input, "ppm-upgrade.service", upgradeService, {
      values: { onFailure: ["ppm-recover.service", ...tellers(input.notify)].join(" ") },
    }),
    ...policy === null ? [] : [
      draftUnit(input, "ppm-upgrade.timer", upgradeTimer, {
        role: "started",
        values: { oncalendar: unitText(policy.oncalendar) },
      }),
    ],
  ];
}
