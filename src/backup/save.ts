/** The passes of a backup: one while the application runs, so that the one that counts is short, and then that one. */
import { UserError } from "../errors.ts";
import type { Hands } from "../apply/hands.ts";
import type { BackupPolicy } from "../definition/backup_policy.ts";
import { ResticError } from "../host/restic/outcome.ts";
import type { PassResult, Repository } from "../host/restic/repository.ts";
import type { System } from "../host/system.ts";
import { SNAPSHOT_FILE } from "../layout.ts";
import type { Manifest } from "../plan/manifest.ts";
import type { BackupJob } from "./make_backup.ts";
import type { Narrator } from "./narrator.ts";
import { watchedPass } from "./pass.ts";
import { withPatience } from "./patience.ts";
import { excludePatterns, SAVED_PATHS } from "./passes.ts";
import { type Paused, runningUnits, whilePaused } from "./pause.ts";
import { updateRecord } from "./record.ts";
import type { SnapshotKind, SnapshotTags } from "./snapshot.ts";
import { snapshotRecord } from "./snapshot_record.ts";
import { RUNNING_LIMIT_MS, STOPPED_LIMIT_MS } from "./stall.ts";
import { encodeTags } from "./tags.ts";

/** What is saved, where, and as what. */
export interface SaveRequest {
  readonly manifest: Manifest;
  readonly policy: BackupPolicy;
  readonly repository: Repository<System>;
  /** What the snapshot that counts will say of itself. */
  readonly tags: SnapshotTags;
  /** A snapshot to compare with, so that only what has changed is read. */
  readonly parent: string | undefined;
  readonly narrator: Narrator;
  /** For what the application stays stopped afterwards; undefined: it is started again. */
  readonly leavesStoppedFor: BackupJob["leavesStoppedFor"];
}

/** What the pass that counts has saved; `addedBytes` are those of both passes. */
export type Saved = PassResult & { readonly snapshot: string };

/** Saves the data, with the application stopped if the policy says so and anything runs. Throws, to exit with 6, where that fails; the application runs then. */
export async function save(hands: Hands, request: SaveRequest): Promise<Paused<Saved>> {
  const { manifest, policy } = request;
  const stops = policy.stop && (await runningUnits(hands.system, manifest)).length > 0;
  if (stops) return await saveStopped(hands, request, { hot: policy.hot });
  request.narrator.say("Saving");
  openVerdict(hands, request);
  const result = await withPatience(
    hands,
    request.repository,
    () =>
      pass(hands, request, { kind: request.tags.kind, parent: request.parent, limitMs: RUNNING_LIMIT_MS }),
  );
  return { result, downMs: 0, failure: undefined };
}

/** How often a repository may turn out to be locked only when the application is stopped. */
const MOST_ATTEMPTS = 3;

/** A repository that turns out to be locked is waited for in a pass that stops nothing. */
async function saveStopped(
  hands: Hands,
  request: SaveRequest,
  { hot, attempt = 1 }: { readonly hot: boolean; readonly attempt?: number },
): Promise<Paused<Saved>> {
  const { snapshot: parent, addedBytes } = hot
    ? await saveHot(hands, request)
    : { snapshot: request.parent, addedBytes: 0 };
  openVerdict(hands, request);
  try {
    const { manifest, leavesStoppedFor } = request;
    const operation = leavesStoppedFor ?? "backup";
    const leavesStopped = leavesStoppedFor !== undefined;
    request.narrator.say("Stopping the application to save what has changed");
    const paused = await whilePaused(
      hands,
      { manifest, operation, leavesStopped },
      () => pass(hands, request, { kind: request.tags.kind, parent, limitMs: STOPPED_LIMIT_MS }),
    );
    const { result } = paused;
    return { ...paused, result: { ...result, addedBytes: addedBytes + result.addedBytes } };
  } catch (error) {
    if (!(error instanceof ResticError) || error.trouble !== "locked" || attempt === MOST_ATTEMPTS) {
      throw error;
    }
    return await saveStopped(hands, request, { hot: true, attempt: attempt + 1 });
  }
}

/** Its snapshot is the parent for the pass that counts. What could not be read in this one does not matter. */
async function saveHot(hands: Hands, request: SaveRequest): Promise<Saved> {
  request.narrator.say("Saving while the application runs");
  return await withPatience(
    hands,
    request.repository,
    () => pass(hands, request, { kind: "hot", parent: request.parent, limitMs: RUNNING_LIMIT_MS }),
  );
}

/** Until it is known what restic made of it, a snapshot may not be what its tags say. */
function openVerdict({ system, clock }: Hands, { tags }: SaveRequest): void {
  updateRecord(system, { open: { since: clock.now(), tags: encodeTags(tags) } });
}

interface OnePass {
  readonly kind: SnapshotKind;
  readonly parent: string | undefined;
  readonly limitMs: number;
}

async function pass(hands: Hands, request: SaveRequest, { kind, parent, limitMs }: OnePass): Promise<Saved> {
  const { system, clock } = hands;
  const { manifest, policy, repository, narrator } = request;
  const tags = { ...request.tags, kind };
  const { hostname, user: { home, uid } } = system;
  const about = snapshotRecord(manifest, { tags, timeMs: clock.now(), hostname, uid });
  system.writeFile(`${home}/${SNAPSHOT_FILE}`, about, 0o600);
  const result = await watchedPass(hands, repository, {
    paths: SAVED_PATHS,
    excludes: excludePatterns(home, policy.exclude),
    host: tags.identity.instance,
    tags: encodeTags(tags),
    parent,
    nice: limitMs === RUNNING_LIMIT_MS,
  }, { limitMs, onProgress: (progress) => narrator.pass(progress) });
  const { snapshot } = result;
  if (snapshot !== null) return { ...result, snapshot };
  throw new UserError("Cannot save the data: restic made no snapshot", {
    exit: "backup",
    hint: result.complaints.slice(0, 3).join("\n") || "Look at what it said: ppm backup -v",
  });
}
