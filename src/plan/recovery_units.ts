/** The units that every application has beside it: they finish what was interrupted, and tell somebody of what failed. */
import notifyService from "../../templates/ppm-notify@.service.eta" with { type: "text" };
import recoverService from "../../templates/ppm-recover.service.eta" with { type: "text" };
import recoverTimer from "../../templates/ppm-recover.timer.eta" with { type: "text" };
import { execArguments } from "./exec_line.ts";
import { draftUnit, type UnitDraft, type UnitInput } from "./unit_draft.ts";

/** Returns the units that recover, and the one that tells, where config.yml says whom. */
export function recoveryUnits(input: UnitInput): readonly UnitDraft[] {
  const { command } = input.notify ?? {};
  return [
    draftUnit(input, "ppm-recover.service", recoverService, { role: "enabled" }),
    draftUnit(input, "ppm-recover.timer", recoverTimer),
    ...command === undefined ? [] : [
      draftUnit(input, "ppm-notify@.service", notifyService, {
        from: "notify.command",
        values: {
          command: execArguments(command, { "{subject}": `ppm: ${input.instance}: %i failed on %H` }),
        },
      }),
    ],
  ];
}
