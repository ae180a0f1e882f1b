/** Starts the unit that makes backups, or finds it at work, and follows it to its end. */
import { type Hands } from "../apply/hands.ts";
import { EXIT_CODES, UserError } from "../errors.ts";
import { lastWords } from "../host/journal.ts";
import { ProgramError } from "../host/program_error.ts";
import {
  hasJob,
  parseShow,
  runSystemctl,
  systemctl,
  systemctlShow,
  type UnitProperties,
} from "../host/systemd.ts";
import type { ReadSystem } from "../host/system.ts";
import { printable } from "../ui/text.ts";
import { readRunProgress, toBar } from "./progress_file.ts";
import { type LastRun, readRecord } from "./record.ts";

/** The unit that makes backups, by timer, path or hand. */
export const BACKUP_UNIT = "ppm-backup.service";

const PROPERTIES = [
  "LoadState",
  "ActiveState",
  "Job",
  "InvocationID",
  "Result",
  "ExecMainCode",
  "ExecMainStatus",
];

const POLL_MS = 100;

/** How long a run may take to be seen at all: a unit that nothing refers to is forgotten by systemd as soon as it has ended well. */
const UNSEEN_MS = 3000;

/** How many lines of the journal tell of a run that could not record anything. */
const LAST_LINES = 5;

/** Returns what systemd says of the unit that makes backups. */
export async function lookAtBackupUnit(system: ReadSystem): Promise<UnitProperties> {
  const shown = parseShow(await runSystemctl(system, systemctlShow([BACKUP_UNIT], PROPERTIES)));
  return shown.get(BACKUP_UNIT) ?? {};
}

/** Whether a run is going on, or about to. */
export function isAtWork(unit: UnitProperties): boolean {
  return hasJob(unit) || !["inactive", "failed", ""].includes(unit.ActiveState ?? "");
}

/**
 * Follows the run that is going on, or starts one, and returns what was recorded of it. `before` is how the unit was. Throws a
 * {@linkcode UserError} with what systemd says of a run that ended without a record.
 */
export async function followBackup(
  hands: Hands,
  before: UnitProperties,
): Promise<LastRun> {
  const { system, clock } = hands;
  const begunMs = clock.now();
  if (!isAtWork(before)) await startUnit(hands);
  const unit = await untilEnded(hands, before);
  const run = readRecord(system).last;
  if (run !== null && isOf(run, unit.InvocationID ?? "", begunMs)) return run;
  throw await unrecorded(system, unit);
}

/** A run that systemd has forgotten is known by its time alone. */
function isOf(run: LastRun, invocation: string, begunMs: number): boolean {
  return invocation === "" ? run.time >= begunMs : run.invocation === invocation;
}

async function startUnit({ system }: Hands): Promise<void> {
  try {
    await runSystemctl(system, systemctl("start", [BACKUP_UNIT], { noBlock: true }));
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw new UserError(`Cannot start ${BACKUP_UNIT}: ${error.stderr.trim() || error.message}`, {
      hint: "If ppm was updated, bring its units up to date: ppm setup",
      cause: error,
    });
  }
}

/** Shows how far the run is until it has ended; returns what systemd said of it last. */
async function untilEnded({ system, clock, output }: Hands, before: UnitProperties): Promise<UnitProperties> {
  const begin = clock.elapsed();
  let seen = isAtWork(before) ? before.InvocationID ?? "" : "";
  while (true) {
    const unit = await lookAtBackupUnit(system);
    const isNew = unit.InvocationID !== before.InvocationID || isAtWork(before);
    if (unit.InvocationID && isNew) seen = unit.InvocationID;
    const over = !isAtWork(unit) && (seen !== "" || clock.elapsed() - begin >= UNSEEN_MS);
    // The one that was followed has ended, and another one has begun.
    const another = isAtWork(before) && before.InvocationID !== "" &&
      unit.InvocationID !== before.InvocationID;
    if (over || another) {
      output.endProgress();
      return { ...unit, InvocationID: another ? before.InvocationID ?? "" : seen };
    }
    const progress = readRunProgress(system, seen);
    if (progress !== undefined) output.bar(toBar(progress));
    await clock.sleep(POLL_MS);
  }
}

/** What systemd knows of a run that was killed, or failed before it could record anything. */
async function unrecorded(system: ReadSystem, unit: UnitProperties): Promise<UserError> {
  const { ExecMainCode = "", ExecMainStatus = "" } = unit;
  // A signal by which systemd ends it counts as a success, until the unit's last ExecStopPost= says no.
  const stopped = unit.Result === "exit-code" && ExecMainCode === KILLED;
  const Result = stopped ? "success" : unit.Result ?? "";
  const { stdout } = await system.run(lastWords(BACKUP_UNIT, { pid: "0", lines: LAST_LINES }));
  const lines = printable(stdout).trimEnd().split("\n").filter(Boolean).map((line) => `    ${line}`);
  const exit = EXIT_CODES.find(({ code, name }) => code === Number(ExecMainStatus) && name !== "done")?.name;
  const why = RESULTS[Result] ?? (Result === "exit-code" ? `exit code ${ExecMainStatus}` : Result);
  return new UserError([`The backup ended without a result: ${why || "unknown why"}`, ...lines].join("\n"), {
    exit: Result === "exit-code" ? exit ?? "backup" : "backup",
    hint: `More of it: journalctl --user --unit=${BACKUP_UNIT}`,
  });
}

/** CLD_KILLED, by which waitid(2) says that a signal ended a process. */
const KILLED = "2";

/** What `Result=` means of a run that has recorded nothing, systemd.exec(5) under `$SERVICE_RESULT`. */
export const RESULTS: Readonly<Record<string, string>> = {
  watchdog: "it hung, and systemd has ended it",
  signal: "it was killed",
  "core-dump": "it crashed",
  "oom-kill": "the machine ran out of memory",
  timeout: "it took longer than its unit allows",
  success: "it was stopped",
};
