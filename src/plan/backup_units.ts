/** The units that make backups, watch over them and tell of them, from the templates in `templates/`. */
import backupPath from "../../templates/ppm-backup.path.eta" with { type: "text" };
import backupService from "../../templates/ppm-backup.service.eta" with { type: "text" };
import backupTimer from "../../templates/ppm-backup.timer.eta" with { type: "text" };
import heartbeatService from "../../templates/ppm-heartbeat.service.eta" with { type: "text" };
import housekeepingService from "../../templates/ppm-housekeeping.service.eta" with { type: "text" };
import notifyService from "../../templates/ppm-notify@.service.eta" with { type: "text" };
import overdueService from "../../templates/ppm-overdue.service.eta" with { type: "text" };
import overdueTimer from "../../templates/ppm-overdue.timer.eta" with { type: "text" };
import recoverService from "../../templates/ppm-recover.service.eta" with { type: "text" };
import recoverTimer from "../../templates/ppm-recover.timer.eta" with { type: "text" };
import type { NotifyConfig } from "../config/config.ts";
import type { BackupPolicy } from "../definition/backup_policy.ts";
import { execLine, unitText } from "./exec_line.ts";

/** What the units for backups are made of. */
export interface BackupUnitsInput {
  /** The application's name and its instance, both without characters that systemd takes for something else. */
  readonly name: string;
  readonly instance: string;
  readonly policy: BackupPolicy;
  readonly notify: NotifyConfig | undefined;
  /** The absolute path of ppm, and the options that every run of it gets. */
  readonly ppm: { readonly executable: string; readonly options: readonly string[] };
}

/** A unit, before it is a file. */
export interface UnitDraft {
  readonly name: string;
  readonly template: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Whether `setup` enables it, and whether it starts it too. */
  readonly role: "on-demand" | "enabled" | "started";
  /** What of config.yml it was made from, where it is not ppm alone that decides. May hold a secret then. */
  readonly from?: string;
}

/** Returns the units that `policy` and `notify` ask for. */
export function backupUnits({ name, instance, policy, notify, ppm }: BackupUnitsInput): readonly UnitDraft[] {
  const { command, heartbeat } = notify ?? {};
  const tell = command === undefined ? [] : ["ppm-notify@%N.service"];
  const run = (...args: readonly string[]) => execLine([ppm.executable, ...args, ...ppm.options]);
  const values = { name, instance, ppm: run, onFailure: tell.join(" ") };
  const draft = (unit: string, template: string, more: Partial<UnitDraft> = {}): UnitDraft => ({
    name: unit,
    template,
    role: "on-demand",
    ...more,
    values: { ...values, ...more.values },
  });
  return [
    draft("ppm-backup.service", backupService, {
      values: {
        onFailure: ["ppm-recover.service", ...tell].join(" "),
        onSuccess: [
          "ppm-recover.service",
          "ppm-housekeeping.service",
          ...heartbeat === undefined ? [] : ["ppm-heartbeat.service"],
        ].join(" "),
      },
    }),
    ...policy.oncalendar === null ? [] : [
      draft("ppm-backup.timer", backupTimer, {
        role: "started",
        values: { oncalendar: unitText(policy.oncalendar) },
      }),
    ],
    ...policy.request === null ? [] : [
      draft("ppm-backup.path", backupPath, {
        role: "started",
        values: { request: unitText(policy.request) },
      }),
    ],
    draft("ppm-recover.service", recoverService, { role: "enabled" }),
    draft("ppm-recover.timer", recoverTimer),
    draft("ppm-housekeeping.service", housekeepingService),
    draft("ppm-overdue.service", overdueService),
    draft("ppm-overdue.timer", overdueTimer, { role: "started" }),
    ...command === undefined ? [] : [
      draft("ppm-notify@.service", notifyService, {
        from: "notify.command",
        values: { command: execLine(command, { "{subject}": `ppm: ${instance}: %i failed on %H` }) },
      }),
    ],
    ...heartbeat === undefined ? [] : [
      draft("ppm-heartbeat.service", heartbeatService, {
        from: "notify.heartbeat",
        values: { command: execLine(heartbeat) },
      }),
    ],
  ];
}
