/** Asks the repository for the snapshot that somebody means. */
import type { Hands } from "../apply/hands.ts";
import { UserError } from "../errors.ts";
import { listSnapshots, type Repository } from "../host/restic/repository.ts";
import type { ReadSystem } from "../host/system.ts";
import { findByPrefix, newestGood, ofInstance } from "./choose.ts";
import { believed } from "./open_verdict.ts";
import { requireOwn } from "./decide_data.ts";
import type { Identity, Snapshot } from "./snapshot.ts";
import { readSnapshot } from "./tags.ts";

/** The snapshot that is meant, and all of its instance, newest first. */
export interface Pick {
  readonly snapshot: Snapshot;
  readonly snapshots: readonly Snapshot[];
}

/** Returns the snapshot whose id begins with `wanted`, the newest good one by default; throws where there is none, or it is another application's (exit code 8). */
export async function pickSnapshot(
  hands: Hands<ReadSystem>,
  { repository, identity, wanted }: {
    readonly repository: Repository<ReadSystem>;
    readonly identity: Identity;
    readonly wanted: string | undefined;
  },
): Promise<Pick> {
  hands.output.progress("Asking the repository");
  const all = believed(hands.system, (await listSnapshots(repository)).map(readSnapshot));
  hands.output.endProgress();
  const snapshots = ofInstance(all, identity.instance);
  if (wanted === undefined) {
    const snapshot = newestGood(snapshots, identity, hands.clock.now());
    if (snapshot !== undefined) return { snapshot, snapshots };
    throw new UserError(`Cannot find a good snapshot of "${identity.instance}" in the repository`, {
      exit: "backup",
      hint: "See what there is: ppm snapshots\nOne that does not count as good is restored by its id",
    });
  }
  const snapshot = requireSnapshot(all, wanted);
  requireOwn(snapshot, identity);
  warnOfKind(hands, snapshot);
  return { snapshot, snapshots };
}

/** Returns the one snapshot whose id begins with `text`; throws where there is none, or more than one. */
export function requireSnapshot(snapshots: readonly Snapshot[], text: string): Snapshot {
  const found = findByPrefix(snapshots, text);
  if (found.kind === "found") return found.snapshot;
  const why = found.kind === "none"
    ? "the repository has none whose id begins so"
    : `it may be ${found.snapshots.map(({ id }) => id.slice(0, text.length + 8)).join(" or ")}`;
  throw new UserError(`Cannot find the snapshot "${text}": ${why}`, {
    exit: "backup",
    hint: "See what there is: ppm snapshots",
  });
}

/** Says what a snapshot is not, where somebody has named it. */
export function warnOfKind({ output }: Hands<ReadSystem>, { id, kind }: Snapshot): void {
  if (kind !== "good") {
    output.warn(`The snapshot ${id.slice(0, 8)} does not count as good: it is ${KINDS[kind]}`);
  }
}

const KINDS = {
  suspect: "suspect (data/ had shrunk, or was empty)",
  incomplete: "incomplete (something could not be read)",
  hot: "hot (made while the application ran)",
  claim: "a claim",
  unknown: "nothing that ppm has made whole",
};
