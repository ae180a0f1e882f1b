/** How the backups of an application are, as `ppm status` says: from what stands on this server and what systemd says, without the repository. */
import { nextElapse } from "../apply/status.ts";
import type { BackupPolicy } from "../definition/backup_policy.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import type { UnitProperties } from "../host/systemd.ts";
import { parseTime } from "../host/systemd_time.ts";
import type { Manifest } from "../plan/manifest.ts";
import { dataPath } from "./look_at_data.ts";
import { type DrillRecord, readDrill } from "./drill_record.ts";
import { readFence } from "./fence.ts";
import { BACKUP_UNIT, RESULTS } from "./follow.ts";
import {
  aliveSince,
  checkNeglected,
  type Complaint,
  forgettingNeglected,
  overdueBy,
  overdueWords,
} from "./neglect.ts";
import { readRunProgress } from "./progress_file.ts";
import { type BackupRecord, type GoodBackup, type LastRun, NO_BACKUPS, readRecord } from "./record.ts";
import { span } from "../ui/units_of_measure.ts";

/** What was recorded, with its time as people and programs read it: RFC 3339. */
type Dated<T extends { readonly time: number }> = Omit<T, "time"> & { readonly time: string };

/** The backups of an application, as `ppm status --json` prints them. Times are RFC 3339. */
export interface BackupReport {
  readonly plugin: BackupPolicy["plugin"];
  readonly good: Dated<GoodBackup> | null;
  /** The newest run, however it ended. */
  readonly last: Dated<Omit<LastRun, "invocation">> | null;
  readonly maxAgeMs: number | null;
  readonly overdue: boolean;
  /** What is going on right now; `doing` where the run has said. */
  readonly running: {
    readonly since: string | null;
    readonly doing: string | null;
    readonly bytesDone: number | null;
    readonly bytesTotal: number | null;
  } | null;
  /** When the timer elapses next. */
  readonly next: string | null;
  readonly drill: Dated<Omit<DrillRecord, "version">> | null;
  /** What is amiss, each with the command to go on with. */
  readonly complaints: readonly Complaint[];
}

/** Returns the units of ppm's own that {@linkcode reportBackups} wants to know of. */
export function backupUnitNames({ backup, ownUnits }: Manifest): readonly string[] {
  return backup === null ? [] : [...new Set([BACKUP_UNIT, ...ownUnits.map(({ name }) => name)])];
}

/** Looks at the records; `units` is what systemd says of {@linkcode backupUnitNames}. null: the application is not backed up. */
export function reportBackups(
  system: ReadSystem,
  manifest: Manifest,
  { units, nowMs }: { readonly units: ReadonlyMap<string, UnitProperties>; readonly nowMs: number },
): BackupReport | null {
  const policy = manifest.backup;
  if (policy === null) return null;
  const record = understood(() => readRecord(system), NO_BACKUPS);
  const drill = understood(() => readDrill(system) ?? null, null);
  const running = runningOf(system, units.get(BACKUP_UNIT));
  const times = { sinceMs: aliveSince(system, manifest), nowMs };
  // What is about to leave this server was saved when it was fenced, and is not saved here again.
  const overdueMs = readFence(system) === undefined ? overdueBy(record.value, policy, times) : undefined;
  const timer = units.get("ppm-backup.timer");
  return {
    plugin: policy.plugin,
    good: record.value.good && { ...record.value.good, time: iso(record.value.good.time) },
    last: record.value.last && withoutInvocation(record.value.last),
    maxAgeMs: policy.maxAgeMs,
    overdue: overdueMs !== undefined,
    running,
    next: timer === undefined ? null : optionalIso(nextElapse(timer)),
    drill: drill.value && withoutVersion(drill.value),
    complaints: [
      ...record.complaints,
      ...drill.complaints,
      ...missing(system),
      ...lastRun(record.value, running !== null),
      ...running === null ? interrupted(record.value, units.get(BACKUP_UNIT)) : [],
      ...(overdueMs === undefined || running !== null
        ? []
        : [{ message: `overdue: ${overdueWords(record.value, policy, overdueMs)}`, next: "ppm backup" }]),
      ...asleep(manifest, units),
      ...neglected(record.value, policy, times),
      ...(drill.value === null || drill.value.outcome === "done"
        ? []
        : [{ message: `the last drill failed: ${drill.value.message}`, next: "ppm drill" }]),
    ],
  };
}

/** An application that runs on without its data writes into a directory that is gone. */
function missing(system: ReadSystem): readonly Complaint[] {
  if (system.lstat(dataPath(system.user)) !== undefined) return [];
  return [{ message: "data/ is missing", next: "ppm setup" }];
}

/** What the newest run leaves to be said. A backup that is running now may settle it. */
function lastRun({ last }: BackupRecord, running: boolean): readonly Complaint[] {
  if (last === null || running) return [];
  if (last.kind === "suspect" || last.kind === "incomplete") {
    const next = last.kind === "suspect" ? "ppm backup --accept" : commandIn(last.hint) ?? "ppm backup";
    return [{ message: `the last backup is ${last.kind}: ${last.message}`, next }];
  }
  if (last.outcome === "done") return [];
  return [{ message: `the last backup failed: ${last.message}`, next: commandIn(last.hint) ?? "ppm backup" }];
}

/** A run that was killed could record nothing but that it began: systemd knows of it until the next boot, its open verdict lasts longer. */
function interrupted({ last, open }: BackupRecord, service: UnitProperties = {}): readonly Complaint[] {
  const failed = service.ActiveState === "failed";
  const begunMs = Math.max(open?.since ?? 0, (failed && parseTime(service.ActiveEnterTimestamp)) || 0);
  if (begunMs <= (last?.time ?? 0)) return [];
  const why = failed && RESULTS[service.Result ?? ""];
  const message = `the backup begun at ${iso(begunMs)} ended without a result`;
  return [{ message: why ? `${message}: ${why}` : message, next: "ppm backup" }];
}

/** Timers and paths for backups that should wait and do not: then nothing happens by itself. */
function asleep({ ownUnits }: Manifest, units: ReadonlyMap<string, UnitProperties>): readonly Complaint[] {
  return ownUnits.filter(({ name, start }) =>
    start && !name.startsWith("ppm-upgrade.") && units.get(name)?.ActiveState !== "active"
  )
    .map(({ name }) => ({ message: `${name} is not active`, next: `systemctl --user start ${name}` }));
}

function neglected(
  record: BackupRecord,
  policy: BackupPolicy,
  times: { readonly sinceMs: number; readonly nowMs: number },
): readonly Complaint[] {
  const next = "ppm backup --housekeeping";
  const { fault } = record;
  const forgetting = forgettingNeglected(record, policy, times);
  // Where another instance reads the repository, this one never began to.
  const check = record.check === null ? undefined : checkNeglected(record, policy, times);
  return [
    ...(fault === null
      ? []
      : [{ message: `housekeeping failed: ${fault.message}`, next: commandIn(fault.hint) ?? next }]),
    ...(forgetting === undefined
      ? []
      : [{ message: `no snapshot was forgotten for ${span(forgetting)}`, next }]),
    ...(check === undefined
      ? []
      : [{ message: `nothing of the repository was read for ${span(check)}`, next }]),
  ];
}

/** Returns the command that a hint ends with: hints say why, then a colon, then what to type. One that only says what was run is none. */
function commandIn(hint: string | null): string | undefined {
  return /^(?!The command was: ).*: (\S[^\n]*)$/s.exec(hint ?? "")?.[1];
}

function runningOf(system: ReadSystem, service: UnitProperties | undefined): BackupReport["running"] {
  if (!["activating", "active", "reloading"].includes(service?.ActiveState ?? "")) return null;
  const progress = readRunProgress(system, service?.InvocationID ?? "");
  return {
    since: optionalIso(parseTime(service?.ActiveEnterTimestamp)),
    doing: progress?.text ?? null,
    bytesDone: progress?.pass?.bytesDone ?? null,
    bytesTotal: progress?.pass?.bytesTotal ?? null,
  };
}

/** A record that cannot be understood is a complaint, and no reason to say nothing else. */
function understood<T>(
  read: () => T,
  otherwise: T,
): { readonly value: T; readonly complaints: readonly Complaint[] } {
  try {
    return { value: read(), complaints: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { value: otherwise, complaints: [{ message: error.message, next: "ppm backup" }] };
  }
}

function withoutInvocation(
  { invocation: _, ...last }: NonNullable<BackupRecord["last"]>,
): BackupReport["last"] {
  return { ...last, time: iso(last.time) };
}

function withoutVersion(
  { version: _, ...drill }: NonNullable<ReturnType<typeof readDrill>>,
): BackupReport["drill"] {
  return { ...drill, time: iso(drill.time) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function optionalIso(ms: number | undefined): string | null {
  return ms === undefined ? null : iso(ms);
}
