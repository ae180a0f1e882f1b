/** A backup from its first look to its record, with the lock held. Everything that can fail before the application is stopped comes before that. */
import type { Hands } from "../apply/hands.ts";
import type { BackupConfig } from "../config/config.ts";
import type { BackupPolicy } from "../definition/backup_policy.ts";
import { UserError } from "../errors.ts";
import { RECOVER_FILE } from "../layout.ts";
import { readTimes } from "../neighbours/published_times.ts";
import type { Manifest } from "../plan/manifest.ts";
import { takeAppRequest } from "./app_request.ts";
import { isFuture, isOf, parentFor } from "./choose.ts";
import { type DataScan, type DataVerdict, judgeData, requireRealData } from "./guards.ts";
import type { Narrator } from "./narrator.ts";
import { demote, settleOpenVerdict } from "./open_verdict.ts";
import { openRepository } from "./open_repository.ts";
import { withPatience } from "./patience.ts";
import { askRepository, claimRepository } from "./probe.ts";
import { readRecord } from "./record.ts";
import { recoverText } from "./recover_text.ts";
import { finishInterrupted } from "./recover.ts";
import { takeRequest } from "./request.ts";
import { save, type Saved } from "./save.ts";
import { scanData } from "./scan.ts";
import { publishTimes } from "./state_times.ts";
import { identityOf } from "./tags.ts";

/** What is backed up, and how. */
export interface BackupJob {
  readonly manifest: Manifest;
  readonly policy: BackupPolicy;
  readonly backup: BackupConfig;
  /** What goes on from the snapshot with everything still stopped: nothing may be written in between. @default it is started again */
  readonly leavesStoppedFor?: "upgrade" | "fence";
}

/** A backup that has made a snapshot. */
export interface MadeBackup {
  readonly verdict: DataVerdict;
  readonly scan: DataScan;
  readonly saved: Saved;
  readonly downMs: number;
  readonly durationMs: number;
  /** Why the application, or a unit of it, did not come up again. */
  readonly failure: UserError | undefined;
}

/** Makes a backup. Throws where no snapshot was made: exit code 6, or 8 where going on could lose data. */
export async function makeBackup(hands: Hands, job: BackupJob, narrator: Narrator): Promise<MadeBackup> {
  const { system, clock } = hands;
  const { manifest, policy, backup } = job;
  const begin = clock.elapsed();
  await finishInterrupted(hands);
  if (policy.request !== null) await takeAppRequest(system, policy.request);
  const request = takeRequest(system, clock.now());
  await requireRealData(system);
  const identity = await identityOf(manifest);
  narrator.say("Looking through data/");
  narrator.say("Asking the repository");
  // Neither needs the other, and each may take its time.
  const [scan, listed] = await both(
    scanData(system, policy.exclude),
    askRepository(openRepository(hands, backup), identity),
  );
  const foreseen = judgeData(scan, readRecord(system).expected, { accepted: request.accept });
  const repository = openRepository(hands, backup, { unshare: scan.unshare });
  const patiently = <T>(action: () => Promise<T>) => withPatience(hands, repository, action);
  const claim = { repository, identity, snapshots: listed, takeOver: request.takeOver };
  const { lineage } = await patiently(() => claimRepository(hands, claim));
  const snapshots = await patiently(() => settleOpenVerdict(repository, listed, lineage));
  const own = snapshots.filter((each) => isOf(each, identity) && !isFuture(each, clock.now()));
  if (foreseen.kind === "good") writeRecoverFile(hands, job, scan); // what is in doubt does not tell how to bring back what is good
  const { result, downMs, failure } = await save(hands, {
    manifest,
    policy,
    leavesStoppedFor: job.leavesStoppedFor,
    repository,
    narrator,
    tags: {
      kind: foreseen.kind,
      identity,
      lineage,
      unshare: scan.unshare,
      size: { entries: scan.entries, bytes: scan.bytes },
      claim: null,
    },
    parent: parentFor(own)?.id,
  });
  const snapshot = result.incomplete && foreseen.kind !== "incomplete"
    ? await patiently(() => demote(repository, identity.instance, result.snapshot))
    : result.snapshot;
  const saved = { ...result, snapshot };
  const verdict = saved.incomplete ? incomplete(foreseen, saved) : foreseen;
  return { verdict, scan, saved, downMs, durationMs: Math.round(clock.elapsed() - begin), failure };
}

/** Waits for both, also where one fails: nothing goes on unseen. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return await Promise.all([a, b]);
}

/** Tells the neighbours of a good backup that the record knows of by now. */
export async function publishBackup({ system }: Hands, { manifest }: BackupJob): Promise<void> {
  await publishTimes(system, manifest, readTimes(system));
}

function writeRecoverFile({ system }: Hands, { manifest, backup }: BackupJob, { unshare }: DataScan): void {
  const { user, hostname } = system;
  const text = recoverText(manifest, { user, hostname, backup, unshare });
  system.writeFile(`${user.home}/${RECOVER_FILE}`, text, 0o600);
}

/** restic could not read everything, whatever the scan had found. */
function incomplete(foreseen: DataVerdict, { complaints }: Saved): DataVerdict {
  if (foreseen.kind === "incomplete") return foreseen;
  const said = complaints.slice(0, 3).join("; ");
  return { kind: "incomplete", why: `restic could not read all of it${said === "" ? "" : `: ${said}`}` };
}
