/** Claims an instance in its repository, and stops a server that is not the living one from writing. */
import type { Hands } from "../apply/hands.ts";
import { UserError } from "../errors.ts";
import { backUp, type Repository } from "../host/restic/repository.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { LINEAGE_FILE } from "../layout.ts";
import { printable } from "../ui/text.ts";
import { ofInstance } from "./choose.ts";
import {
  type ClaimVerdict,
  judgeClaims,
  type Lineage,
  nextLineage,
  readLineage,
  writeLineage,
} from "./lineage.ts";
import { checkPin, pinOf } from "./pin.ts";
import { readRecord, updateRecord } from "./record.ts";
import type { Identity, Snapshot } from "./snapshot.ts";
import { encodeTags, machineTag } from "./tags.ts";

/** Somebody else may be the living one. */
export type Foreign = Extract<ClaimVerdict, { readonly kind: "foreign" }>;

/** What is claimed, and where. */
export interface ClaimRequest {
  readonly repository: Repository<System>;
  readonly identity: Identity;
  /** What the repository has just listed: of the instance at least. */
  readonly snapshots: readonly Snapshot[];
}

/**
 * Sees to it that this server's claim stands before anything else is written, and returns who it is: a claim that was not finished is, and an
 * instance that nobody has is claimed. Throws, to exit with 8, where somebody else may be the living one, and where the repository is
 * another than before. Costs no call of restic where all is as it was. Whoever calls it holds the lock.
 */
export async function ensureClaim({ output }: Hands, request: ClaimRequest): Promise<Lineage> {
  const { repository, identity, snapshots } = request;
  const { system } = repository;
  const known = await pinned(request, readLineage(system));
  if (known.moved && known.lineage) {
    writeLineage(system, known.lineage);
    output.info(`The repository is found at ${known.lineage.repository?.location} from now on`);
  }
  const verdict = judgeClaims(
    known.lineage,
    ofInstance(snapshots, identity.instance),
    await machineTag(system),
  );
  if (verdict.kind === "ours" && known.lineage?.claimed) return known.lineage;
  if (verdict.kind === "foreign") throw refusal(identity, verdict, known.lineage);
  return await writeClaim(request, known.lineage ?? nextLineage([], { fresh: false }));
}

/** Begins a new claim above all others, whoever has them: what `--take-over` stands for. Whoever calls it holds the lock. */
export async function takeOver({ output }: Hands, request: ClaimRequest): Promise<Lineage> {
  const { repository, identity, snapshots } = request;
  const fresh = readLineage(repository.system)?.fresh ?? false;
  const lineage = nextLineage(ofInstance(snapshots, identity.instance), { fresh });
  const claimed = await writeClaim(request, lineage);
  output.info(`Claimed the backups of "${identity.instance}" for this server (claim ${claimed.counter})`);
  return claimed;
}

/**
 * Puts the claim of `lineage` into the repository: a snapshot of `.ppm/lineage.json` alone. The file says `claimed` only after restic has said
 * that it is there; a run that is killed in between claims again.
 */
export async function writeClaim(request: ClaimRequest, lineage: Lineage): Promise<Lineage> {
  const { repository, identity } = request;
  const { system } = repository;
  const unclaimed: Lineage = {
    ...lineage,
    claimed: false,
    repository: lineage.repository ?? await pinOf(repository),
  };
  writeLineage(system, unclaimed);
  const { snapshot, incomplete } = await backUp(repository, {
    paths: [LINEAGE_FILE],
    excludes: [],
    host: identity.instance,
    tags: encodeTags({
      kind: "claim",
      identity,
      lineage: lineage.lineage,
      unshare: false,
      size: null,
      claim: {
        counter: lineage.counter,
        server: system.hostname,
        machine: await machineTag(system),
      },
    }),
  });
  if (snapshot === null || incomplete) {
    throw new UserError(`Cannot claim the backups of "${identity.instance}": restic made no whole snapshot`, {
      exit: "backup",
      hint: "Try again: ppm backup",
    });
  }
  const claimed: Lineage = { ...unclaimed, claimed: true };
  writeLineage(system, claimed);
  updateRecord(system, { mine: [snapshot] });
  return claimed;
}

/** What is asked of a repository that is not written to. */
export type ClaimQuestion = Pick<ClaimRequest, "identity" | "snapshots"> & {
  readonly repository: Repository<ReadSystem>;
};

/** Returns whose the backups are. Throws, to exit with 8, where the repository is another than before. */
export async function lookAtClaims(
  question: ClaimQuestion,
): Promise<{ readonly verdict: ClaimVerdict; readonly lineage: Lineage | undefined }> {
  const { repository: { system }, identity, snapshots } = question;
  const { lineage } = await pinned(question, readLineage(system));
  const verdict = judgeClaims(lineage, ofInstance(snapshots, identity.instance), await machineTag(system));
  return { verdict, lineage };
}

/** Throws, to exit with 8, unless this server's claim stands: for what writes to the repository without making a snapshot. */
export async function requireClaim(request: ClaimRequest): Promise<void> {
  const { identity } = request;
  const { verdict, lineage } = await lookAtClaims(request);
  if (verdict.kind === "ours") return;
  if (verdict.kind === "foreign") throw refusal(identity, verdict, lineage);
  throw new UserError(
    `Cannot write to the backups of "${identity.instance}": this server has not claimed them`,
    {
      exit: "refused",
      hint: "A backup claims them: ppm backup",
    },
  );
}

/** Returns the error, with exit code 8, for a server that may not write because of `verdict`. Pure. */
export function refusal(
  { instance }: Identity,
  verdict: Foreign,
  lineage: Lineage | undefined,
): UserError {
  const { by, why } = verdict;
  const other = by.claim === null ? "another server" : printable(by.claim.server);
  return new UserError(`Cannot write to the backups of "${instance}": ${rivalWords(verdict, lineage)}`, {
    exit: "refused",
    hint: why === "forgotten" || why === "copied"
      ? `If no other server runs "${instance}", this one may go on: ppm backup --take-over`
      : `If the application lives on ${other}, stop it here: ppm stop\nIf it lives here, and no longer there: ppm backup --take-over`,
  });
}

/** Says who has claimed the backups, and why that is not this server. Pure. */
export function rivalWords({ by, why }: Foreign, lineage: Lineage | undefined): string {
  const server = by.claim === null ? "a server" : `the server "${printable(by.claim.server)}"`;
  const when = `at ${new Date(by.timeMs).toISOString()}`;
  return {
    higher:
      `${server} claimed them ${when} (claim ${by.claim?.counter}), after this one (claim ${lineage?.counter})`,
    same: `${server} claimed them ${when} with the same number as this one (claim ${lineage?.counter})`,
    forgotten: by.claim === null
      ? `they hold a snapshot made ${when}, and this server does not know that it made it`
      : `${server} claimed them ${when}, and this one does not know of any claim of its own`,
    copied:
      `this server's claim was made ${when} on another machine (${server}): the disk was copied or moved`,
  }[why];
}

/** Compares the repository with the one that `lineage` remembers. */
async function pinned(
  { repository, snapshots }: Pick<ClaimQuestion, "repository" | "snapshots">,
  lineage: Lineage | undefined,
): Promise<{ readonly lineage: Lineage | undefined; readonly moved: boolean }> {
  if (lineage === undefined || lineage.repository === null) return { lineage, moved: false };
  const { mine } = readRecord(repository.system);
  const pin = await checkPin(repository, lineage.repository, { snapshots, mine });
  const moved = pin.location !== lineage.repository.location;
  return { lineage: moved ? { ...lineage, repository: pin } : lineage, moved };
}
