/** `ppm backup`. */
import { readFence } from "../backup/fence.ts";
import { backUpInForeground, nothingSaved } from "../backup/foreground.ts";
import { BACKUP_UNIT, followBackup, isAtWork, lookAtBackupUnit } from "../backup/follow.ts";
import { housekeeping } from "../backup/housekeeping.ts";
import type { BackupJob } from "../backup/make_backup.ts";
import { requireBackupConfig } from "../backup/open_repository.ts";
import { overdue } from "../backup/overdue.ts";
import { previewBackup, previewLines } from "../backup/preview_backup.ts";
import type { LastRun } from "../backup/record.ts";
import { type BackupRequest, leaveRequest } from "../backup/request.ts";
import { settleInterrupted } from "../upgrade/interrupted.ts";
import type { BackupPolicy } from "../definition/backup_policy.ts";
import { type ExitName, UserError } from "../errors.ts";
import { ReadOnlySystem } from "../host/read_only_system.ts";
import type { ReadSystem } from "../host/system.ts";
import { requireManager } from "../host/systemd.ts";
import type { Manifest } from "../plan/manifest.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { changingCommand, type Context, DRY_RUN_FLAG, JSON_FLAG } from "./command.ts";
import { checkedConfig } from "./plan_setup.ts";

export const command = changingCommand({
  help: [
    "Backs up data/ and what of .ppm/ is needed to bring it back, as the timer does: it starts ppm-backup.service and follows it. " +
    "Ctrl-C ends the following, and not the backup. A run that is going on already is followed, none is started beside it.",
    "First everything is looked at that could go wrong; then the data is saved while the application runs; then the application is stopped, what has changed since is saved, and exactly what ran is started again. " +
    "Whatever fails in between, the application is started before anything else is done. Where the definition says so, nothing is stopped.",
    "With --fence, for an application that moves to another server, it stays down afterwards: the snapshot is proven by restoring it beside data/, and nothing starts the application here any more, no boot and no timer, until ppm start --unfence. " +
    "What would make backups, upgrade or complain by itself has nothing to do meanwhile.",
    "Data that is empty, or has shrunk by more than half since the last good backup, is saved as suspect; where something cannot be read, as incomplete. Neither counts as good: it exits with 6, and nothing older is forgotten.",
  ],
  examples: [
    { command: "ppm backup", meaning: "make a backup now" },
    { command: "ppm backup --dry-run", meaning: "look at data and repository, and say what would be done" },
    {
      command: "ppm backup --accept",
      meaning: "make a good backup although data/ is empty or has shrunk: it is meant so",
    },
  ],
  flags: {
    accept: { kind: "switch", brief: "Say that data/ is as it should be, though it is empty or has shrunk" },
    takeOver: {
      kind: "switch",
      brief: "Say that this server, and no other, runs the application from now on",
    },
    foreground: {
      kind: "switch",
      brief: "Make the backup in this very process: what ppm-backup.service runs",
    },
    fence: {
      kind: "switch",
      brief: "Leave the application down afterwards, and held: it moves to another server",
    },
    housekeeping: {
      kind: "switch",
      brief: "Forget, prune and check what is due: what ppm-housekeeping.service runs",
    },
    overdue: {
      kind: "switch",
      brief: "Fail if the newest good backup is too old: what ppm-overdue.service runs",
    },
    dryRun: DRY_RUN_FLAG,
    json: JSON_FLAG,
  },
  asRoot: false,
  async run(context, flags): Promise<ExitName> {
    requireOneWay(flags);
    requireManager(context.system);
    const manifest = requireManifest(context.system);
    if (flags.fence && !flags.dryRun) {
      const { fence } = await import("./fence.ts");
      return await fence(context, flags);
    }
    const fenced = readFence(context.system);
    // What systemd runs waits for the lock first, and tells systemd that it is there.
    if (fenced !== undefined && !flags.foreground) return report(context, nothingSaved(fenced), flags);
    if (flags.housekeeping) {
      const { config } = checkedConfig(context);
      await housekeeping(context, { manifest, config });
      return "done";
    }
    if (flags.overdue) return await overdue(context, manifest);
    const policy = requirePolicy(manifest);
    if (flags.dryRun) return await dryRun(context, jobOf(context, manifest, policy), flags);
    const run = flags.foreground ? await inForeground(context) : await byHand(context, flags);
    return report(context, run, flags);
  },
});

type Ways = { readonly [Name in "foreground" | "fence" | "housekeeping" | "overdue" | "dryRun"]: boolean };

function requireOneWay({ foreground, fence, housekeeping, overdue, dryRun }: Ways): void {
  if ([foreground, fence && !dryRun, housekeeping, overdue, dryRun].filter(Boolean).length <= 1) return;
  throw new UserError(
    "Cannot combine --foreground, --fence, --housekeeping, --overdue and --dry-run: each is a way of its own",
    { exit: "usage", hint: "See: ppm help backup" },
  );
}

function requirePolicy({ app, backup }: Manifest): BackupPolicy {
  if (backup !== null) return backup;
  throw new UserError(
    `Cannot back up "${app.name}": its definition says that it has nothing to back up (backups_none)`,
    {
      exit: "usage",
      hint: "To back it up, let appinfo.yml load backups_scheduled instead, then: ppm setup",
    },
  );
}

function jobOf(context: Context<ReadSystem>, manifest: Manifest, policy: BackupPolicy): BackupJob {
  return { manifest, policy, backup: requireBackupConfig(checkedConfig(context).config) };
}

/** What is backed up is read once the lock is held: an upgrade may have had it. */
function inForeground(context: Context): Promise<LastRun> {
  return backUpInForeground(context, {
    settle: () => settleInterrupted(context),
    load: () => {
      const manifest = requireManifest(context.system);
      return jobOf(context, manifest, requirePolicy(manifest));
    },
  });
}

/** Starts the unit, which has no arguments: what is asked of it, it finds in a file. */
async function byHand(context: Context, { accept, takeOver }: BackupRequest): Promise<LastRun> {
  const { system, output, clock } = context;
  const before = await lookAtBackupUnit(system);
  if (isAtWork(before)) {
    if (accept || takeOver) throw busy();
    output.info(`A backup is being made already; following ${BACKUP_UNIT}`);
  } else if (accept || takeOver) {
    leaveRequest(system, { accept, takeOver }, clock.now());
  }
  return await followBackup(context, before);
}

function busy(): UserError {
  return new UserError("Cannot ask for that now: a backup is being made already, without it", {
    exit: "locked",
    hint: "Follow it to its end with ppm backup, then ask again",
  });
}

async function dryRun(
  context: Context,
  job: BackupJob,
  { json, ...request }: BackupRequest & { readonly json: boolean },
): Promise<ExitName> {
  const { output } = context;
  const hands = { ...context, system: new ReadOnlySystem(context.system) };
  const preview = await previewBackup(hands, job, request);
  if (json) output.json(preview);
  else output.print(previewLines(preview).join("\n"));
  return "done";
}

/** Says how the run went, in the same words and with the same code whoever made it. */
function report({ output }: Context, run: LastRun, { json }: { readonly json: boolean }): ExitName {
  if (json) output.json({ ...run, time: new Date(run.time).toISOString() });
  if (run.outcome !== "done") {
    throw new UserError(run.message, {
      exit: run.outcome,
      ...(run.hint === null ? {} : { hint: run.hint }),
    });
  }
  if (!json) output.print(run.message);
  return "done";
}
