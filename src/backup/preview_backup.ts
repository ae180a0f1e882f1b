/** What a backup would do now: everything that it looks at before it stops anything, and nothing else. */
import type { Hands } from "../apply/hands.ts";
import type { ReadSystem } from "../host/system.ts";
import { entryCount, size } from "../ui/units_of_measure.ts";
import { ofInstance } from "./choose.ts";
import { refusal } from "./claim.ts";
import { judgeData, requireRealData } from "./guards.ts";
import { judgeClaims, readLineage } from "./lineage.ts";
import type { BackupJob } from "./make_backup.ts";
import { openRepository } from "./open_repository.ts";
import { SAVED_PATHS } from "./passes.ts";
import { runningUnits } from "./pause.ts";
import { askRepository } from "./probe.ts";
import { readRecord } from "./record.ts";
import type { BackupRequest } from "./request.ts";
import { scanData } from "./scan.ts";
import { identityOf, machineTag } from "./tags.ts";

/** What would happen. */
export interface BackupPreview {
  /** Relative to the home directory. */
  readonly saved: readonly string[];
  readonly entries: number;
  readonly bytes: number;
  /** Whether it would happen inside `podman unshare`. */
  readonly unshare: boolean;
  /** What the snapshot would count as, and why if not as good. */
  readonly kind: "good" | "suspect" | "incomplete";
  readonly why: string | null;
  /** Whether a pass while the application runs would come first. */
  readonly hot: boolean;
  readonly stopped: readonly string[];
  /** How many snapshots of this instance the repository holds. */
  readonly snapshots: number;
  /** Whether this server would claim the instance first. */
  readonly claims: boolean;
}

/** Looks, and returns what a backup would do; throws what it would fail with before it had stopped anything. */
export async function previewBackup(
  hands: Hands<ReadSystem>,
  { manifest, policy, backup }: BackupJob,
  { accept, takeOver }: BackupRequest,
): Promise<BackupPreview> {
  const { system } = hands;
  await requireRealData(system);
  const scan = await scanData(system, policy.exclude);
  const verdict = judgeData(scan, readRecord(system).expected, { accepted: accept });
  const identity = await identityOf(manifest);
  const repository = openRepository(hands, backup, { unshare: scan.unshare });
  const snapshots = ofInstance(await askRepository(repository, identity), identity.instance);
  const lineage = readLineage(system);
  const claim = judgeClaims(lineage, snapshots, await machineTag(system));
  if (claim.kind === "foreign" && !takeOver) throw refusal(identity, claim, lineage);
  const stopped = policy.stop ? await runningUnits(system, manifest) : [];
  return {
    saved: SAVED_PATHS,
    entries: scan.entries,
    bytes: scan.bytes,
    unshare: scan.unshare,
    kind: verdict.kind,
    why: verdict.kind === "good" ? null : verdict.why,
    hot: policy.hot && stopped.length > 0,
    stopped,
    snapshots: snapshots.length,
    claims: takeOver || claim.kind !== "ours",
  };
}

/** Returns it as lines for people. Pure. */
export function previewLines(preview: BackupPreview): readonly string[] {
  const { entries, bytes, kind, why, hot, stopped, claims, unshare, snapshots } = preview;
  const inside = unshare ? ", inside podman unshare" : "";
  return [
    ...(claims ? ["claim the backups of this instance for this server"] : []),
    ...(hot ? ["save while the application runs"] : []),
    ...(stopped.length > 0 ? [`stop ${stopped.join(", ")}`] : []),
    `save ${preview.saved.join(" and ")} (${entryCount(entries)}, ${
      size(bytes)
    } in data/)${inside}, as ${kind}${why === null ? "" : `: ${why}`}`,
    ...(stopped.length > 0 ? [`start ${stopped.join(", ")}`] : []),
    `The repository answers, and holds ${snapshots} ${
      snapshots === 1 ? "snapshot" : "snapshots"
    } of this instance`,
  ];
}
