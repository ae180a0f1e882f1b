/**
 * `ppm backup --housekeeping`: forgets what need not be kept, gives its space back, and reads the repository. A step of its own after a good
 * backup, so that no failure in here makes that one a failure.
 */
import type { Hands } from "../apply/hands.ts";
import { withLock } from "../apply/lock.ts";
import type { Config } from "../config/config.ts";
import type { BackupPolicy } from "../definition/backup_policy.ts";
import { UserError } from "../errors.ts";
import { ResticError } from "../host/restic/outcome.ts";
import {
  checkRepository,
  forgetSnapshots,
  listSnapshots,
  planForget,
  prune,
  type Repository,
} from "../host/restic/repository.ts";
import type { System } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";
import { span } from "../ui/units_of_measure.ts";
import { afterCheck, dueCheck } from "./check_rotation.ts";
import { ofInstance } from "./choose.ts";
import { requireClaim } from "./claim.ts";
import { aliveSince, checkNeglected, forgettingNeglected } from "./neglect.ts";
import { openRepository, requireBackupConfig } from "./open_repository.ts";
import { withPatience } from "./patience.ts";
import { readRecord, updateRecord } from "./record.ts";
import { checkForgetting, type Inventory, isBeyondDoubt, worthless } from "./retention.ts";
import type { Identity, Snapshot } from "./snapshot.ts";
import { GOOD_TAG, identityOf, identityTags, readSnapshot } from "./tags.ts";

const DAY_MS = 86_400_000;

/**
 * Weekly; half a day less, so that a timer with a random delay does not make it eight days. The first week begins when the server does: what
 * has just come back is not tidied up before somebody could look at it.
 */
const WEEKLY_MS = 6.5 * DAY_MS;

/** What is kept tidy. */
export interface Household {
  readonly manifest: Manifest;
  readonly config: Config;
}

/** What the steps share. */
interface Work extends Hands {
  readonly policy: BackupPolicy;
  readonly repository: Repository<System>;
  readonly identity: Identity;
  /** `backup.prune` of config.yml. */
  readonly prune: boolean | undefined;
  /** Since when this server could have done it. */
  readonly sinceMs: number;
}

/**
 * Does what is due. What a lock of somebody else keeps from being done is left for the next time, and no failure until it has been left for
 * too long. A step that fails does not keep the next one from being done; then the first failure is recorded, for `status`, and thrown.
 */
export async function housekeeping(hands: Hands, { manifest, config }: Household): Promise<void> {
  if (manifest.backup === null) return;
  const backup = requireBackupConfig(config);
  const work: Work = {
    ...hands,
    policy: manifest.backup,
    repository: openRepository(hands, backup),
    identity: await identityOf(manifest),
    prune: backup.prune,
    sinceMs: aliveSince(hands.system, manifest),
  };
  const faults: UserError[] = [];
  for (const step of [tidy, readParts]) {
    try {
      await step(work);
    } catch (error) {
      if (!(error instanceof UserError) || error.exit === "locked") throw error;
      faults.push(error);
    }
  }
  const [fault, ...others] = faults;
  await locked(work, () => {
    const { message, hint = null } = fault ?? {};
    const time = hands.clock.now();
    updateRecord(hands.system, { fault: message === undefined ? null : { time, message, hint } });
  });
  if (fault === undefined) return;
  others.forEach((other) => hands.output.error(other.message));
  throw fault;
}

/** Forgets with ppm's lock, and prunes without it: that may take hours, and restic's own lock keeps everybody from what goes. */
async function tidy(work: Work): Promise<void> {
  const { output, system, policy, repository, clock, sinceMs } = work;
  const wait = () => {
    const ageMs = forgettingNeglected(readRecord(system), policy, { sinceMs, nowMs: clock.now() });
    return ageMs && `nothing was forgotten for ${span(ageMs)}`;
  };
  await unlessBusy(work, "Forgetting", wait, async () => {
    const all = await locked(work, () => forgetWhatIsDue(work));
    if (!mayPrune(work, all) || !isDue(readRecord(system).prunedTime, clock.now())) return;
    output.info("Giving back the space of what was forgotten");
    await prune(repository);
    await locked(work, () => void updateRecord(system, { prunedTime: clock.now() }));
  });
}

/** Returns all that the repository held before. */
async function forgetWhatIsDue(work: Work): Promise<readonly Snapshot[]> {
  const { repository, identity, clock } = work;
  const all = (await listSnapshots(repository)).map(readSnapshot);
  await requireClaim({ repository, identity, snapshots: all });
  await forget(work, { snapshots: ofInstance(all, identity.instance), identity, nowMs: clock.now() });
  return all;
}

async function forget(work: Work, inventory: Inventory): Promise<void> {
  const { system, output, policy, repository, clock, sinceMs } = work;
  if (policy.keep === "all") return;
  const weekly = isDue(readRecord(system).forgetTime ?? sinceMs, clock.now());
  const good = weekly ? await goodToForget(work, policy.keep, inventory) : [];
  const ids = [...good ?? [], ...worthless(inventory).map(({ id }) => id)];
  if (ids.length > 0) {
    output.info(`Forgetting ${ids.length} ${ids.length === 1 ? "snapshot" : "snapshots"}`);
    await forgetSnapshots(repository, ids);
  }
  if (weekly && good !== undefined) updateRecord(system, { forgetTime: clock.now() });
}

/** Returns the ids of good snapshots that the rule lets go; undefined where something newer is in doubt, and nothing good goes. */
async function goodToForget(
  { system, output, repository, identity }: Work,
  keep: Exclude<BackupPolicy["keep"], "all">,
  inventory: Inventory,
): Promise<readonly string[] | undefined> {
  const { last } = readRecord(system);
  if (last?.kind !== "good" || last.outcome !== "done" || !isBeyondDoubt(inventory)) {
    output.info("Good snapshots are kept while a newer one is in doubt");
    return undefined;
  }
  const tags = [...identityTags(identity), GOOD_TAG];
  const plan = await planForget(repository, { instance: identity.instance, tags, keep });
  return checkForgetting(plan, keep, inventory);
}

/** One instance prunes a repository: the one that is told to, or the only one. */
function mayPrune({ prune, identity }: Work, all: readonly Snapshot[]): boolean {
  return prune ?? all.every((snapshot) => snapshot.identity.instance === identity.instance);
}

/** Reads what is due of the repository. Without ppm's lock: it may take hours, in which the application is to be started and stopped. */
async function readParts(work: Work): Promise<void> {
  const { system, output, policy, repository, clock, sinceMs } = work;
  if (work.prune === false) return;
  const wait = () => {
    const ageMs = checkNeglected(readRecord(system), policy, { sinceMs, nowMs: clock.now() });
    return ageMs && `nothing of it was read for ${span(ageMs)}`;
  };
  await unlessBusy(work, "Reading the repository", wait, async () => {
    for (let count = 0; count < policy.checkDays; count++) {
      const due = dueCheck(readRecord(system).check, policy.checkDays, clock.now());
      if (due === undefined) return;
      output.info(`Reading part ${due.next} of ${due.of} of the repository`);
      await readPart(repository, due.next, due.of);
      await locked(work, () => void updateRecord(system, { check: afterCheck(due, clock.now()) }));
    }
  });
}

async function readPart(repository: Repository<System>, part: number, of: number): Promise<void> {
  try {
    await checkRepository(repository, { subset: { part, of } });
  } catch (error) {
    if (!(error instanceof ResticError) || error.trouble !== "damaged") throw error;
    throw new UserError(`Cannot trust the repository: part ${part} of ${of} is damaged: ${error.message}`, {
      exit: "backup",
      hint:
        "Copy the repository as it is before anything else. Then prove what can still be restored: ppm drill\n" +
        "How to mend it: https://restic.readthedocs.io/en/stable/077_troubleshooting.html",
      cause: error,
    });
  }
}

/** Runs a step; where somebody alive has locked the repository, it is left for the next time, unless `neglected` says that it was left too often. */
async function unlessBusy(
  work: Work,
  what: string,
  neglected: () => string | undefined | 0,
  step: () => Promise<void>,
): Promise<void> {
  try {
    await withPatience(work, work.repository, step, { waitMs: 0 });
  } catch (error) {
    if (!(error instanceof ResticError) || error.trouble !== "locked") throw error;
    const why = neglected();
    if (!why) return work.output.info(`${what} is left for the next time: ${error.message}`);
    throw new UserError(`${what} does not come about: ${why}; ${error.message}`, {
      exit: "backup",
      hint: error.hint ?? "See who holds the repository's lock: restic list locks",
      cause: error,
    });
  }
}

async function locked<T>({ system, clock, output }: Work, body: () => T | Promise<T>): Promise<T> {
  const onWait = (holder: string) => output.info(`Waiting for ${holder}`);
  const options = { verb: "backup --housekeeping", clock, wait: true, onWait };
  return await withLock(system, options, async () => await body());
}

/** Whether a week has passed; a time that lies ahead is a clock's mistake, and counts as long ago. */
function isDue(time: number | null, nowMs: number): boolean {
  return time === null || nowMs - time >= WEEKLY_MS || time > nowMs;
}
