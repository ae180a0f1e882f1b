/** The units that make backups, watch over them and tell of the good ones, from the templates in `templates/`. */
import backupPath from "../../templates/ppm-backup.path.eta" with { type: "text" };
import backupService from "../../templates/ppm-backup.service.eta" with { type: "text" };
import backupTimer from "../../templates/ppm-backup.timer.eta" with { type: "text" };
import heartbeatService from "../../templates/ppm-heartbeat.service.eta" with { type: "text" };
import housekeepingService from "../../templates/ppm-housekeeping.service.eta" with { type: "text" };
import overdueService from "../../templates/ppm-overdue.service.eta" with { type: "text" };
import overdueTimer from "../../templates/ppm-overdue.timer.eta" with { type: "text" };
import type { BackupPolicy } from "../definition/backup_policy.ts";
import { execLine, unitText } from "./exec_line.ts";
import { draftUnit, tellers, type UnitDraft, type UnitInput } from "./unit_draft.ts";

/** Returns the units that `policy` asks for, and the heartbeat that config.yml may ask for. */
export function backupUnits(input: UnitInput, policy: BackupPolicy): readonly UnitDraft[] {
  const { oncalendar, request } = policy;
  const { heartbeat } = input.notify ?? {};
  return [
    draftUnit(input, "ppm-backup.service", backupService, {
      values: {
        onFailure: ["ppm-recover.service", ...tellers(input.notify)].join(" "),
        onSuccess: [
          "ppm-recover.service",
          "ppm-housekeeping.service",
          ...heartbeat === undefined ? [] : ["ppm-heartbeat.service"],
        ].join(" "),
      },
    }),
    ...oncalendar === null ? [] : [
      draftUnit(input, "ppm-backup.timer", backupTimer, {
        role: "started",
        values: { oncalendar: unitText(oncalendar) },
      }),
    ],
    ...request === null ? [] : [
      draftUnit(input, "ppm-backup.path", backupPath, {
        role: "started",
        values: { request: unitText(request) },
      }),
    ],
    draftUnit(input, "ppm-housekeeping.service", housekeepingService),
    draftUnit(input, "ppm-overdue.service", overdueService),
    draftUnit(input, "ppm-overdue.timer", overdueTimer, { role: "started" }),
    ...heartbeat === undefined ? [] : [
      draftUnit(input, "ppm-heartbeat.service", heartbeatService, {
        from: "notify.heartbeat",
        values: { command: execLine(heartbeat) },
      }),
    ],
  ];
}
