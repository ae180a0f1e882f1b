/**
 * Who this server is to the repository. A life of an application is a lineage; it begins with a fresh start, a restore or a take-over, and
 * says so in the repository by a claim with a number higher than all before. The highest number may write; no clock decides. A server that
 * comes back to life after its application was restored elsewhere finds a higher number than its own, and stops writing.
 */
import { UserError } from "../errors.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { LINEAGE_FILE } from "../layout.ts";
import { boolean, nullable, number, oneOf, shape, text } from "../host/check_json.ts";
import type { Snapshot } from "./snapshot.ts";

/** What `.ppm/lineage.json` says. */
export interface Lineage {
  readonly version: 1;
  /** 16 hexadecimal digits, random. */
  readonly lineage: string;
  /** The number of its claim. */
  readonly counter: number;
  /** Whether restic has said that the claim is in the repository. */
  readonly claimed: boolean;
  /** Whether it began with an empty `data/`, by an explicit word. */
  readonly fresh: boolean;
  /** The repository it writes to, remembered so that another one is noticed; null until it was first claimed. */
  readonly repository: RepositoryPin | null;
}

/** A repository, by the id that it got when it was made, and by where it was last found, without credentials. */
export interface RepositoryPin {
  readonly id: string;
  readonly location: string;
}

/** What the claims in a repository mean to this server. */
export type ClaimVerdict =
  /** Its claim is there, and the highest. */
  | { readonly kind: "ours" }
  /** Its number is the highest, but its claim is not in the repository: it is to be made before anything else is written. */
  | { readonly kind: "unclaimed" }
  /** It never claimed, and the repository holds nothing of the instance: a first life may begin. */
  | { readonly kind: "new" }
  /** Somebody else may be the living one. `by` is the claim that stands in the way; without claims, the newest snapshot. */
  | { readonly kind: "foreign"; readonly by: Snapshot; readonly why: Rivalry };

/** `higher`, `same`: than the number of this server's claim; `forgotten`: it knows of no claim of its own; `copied`: its claim was made on another machine. */
export type Rivalry = "higher" | "same" | "forgotten" | "copied";

const LINEAGE = shape<Lineage>({
  version: oneOf(1),
  lineage: text,
  counter: number,
  claimed: boolean,
  fresh: boolean,
  repository: nullable(shape<RepositoryPin>({ id: text, location: text })),
});

/** Returns who this server is; undefined where it does not know. Throws {@linkcode UserError} where the file cannot be understood. */
export function readLineage(system: ReadSystem): Lineage | undefined {
  const content = system.readFile(`${system.user.home}/${LINEAGE_FILE}`);
  if (content === undefined) return undefined;
  try {
    return LINEAGE(JSON.parse(new TextDecoder().decode(content)), "");
  } catch (error) {
    throw new UserError(
      `Cannot understand ${LINEAGE_FILE}: ${error instanceof Error ? error.message : error}`,
      {
        exit: "refused",
        hint:
          `If this server is the living one, begin a new claim: rm ~/${LINEAGE_FILE} && ppm backup --take-over`,
        cause: error,
      },
    );
  }
}

/** Puts it on the disk, durably. */
export function writeLineage(system: System, lineage: Lineage): void {
  const content = `${JSON.stringify(lineage, null, 2)}\n`;
  system.writeFile(`${system.user.home}/${LINEAGE_FILE}`, content, 0o600);
}

/**
 * Judges the claims among `snapshots`, which are those of the instance, on the machine that `machineTag()` calls `machine`. A disk that was
 * copied to a second machine has the claim of the first, and both would write. Pure.
 */
export function judgeClaims(
  lineage: Lineage | undefined,
  snapshots: readonly Snapshot[],
  machine: string,
): ClaimVerdict {
  const highest = claims(snapshots)[0];
  if (lineage === undefined) {
    const by = highest ?? newest(snapshots);
    return by === undefined ? { kind: "new" } : { kind: "foreign", by, why: "forgotten" };
  }
  const others = claims(snapshots).filter((claim) => claim.lineage !== lineage.lineage);
  const [rival] = others;
  const rivalCounter = rival?.claim?.counter ?? -1;
  if (rival !== undefined && rivalCounter >= lineage.counter) {
    return { kind: "foreign", by: rival, why: rivalCounter > lineage.counter ? "higher" : "same" };
  }
  const own = claims(snapshots).find((claim) =>
    claim.lineage === lineage.lineage && claim.claim?.counter === lineage.counter
  );
  if (own === undefined) return { kind: "unclaimed" };
  const elsewhere = machine !== "" && own.claim?.machine !== "" && own.claim?.machine !== machine;
  return elsewhere ? { kind: "foreign", by: own, why: "copied" } : { kind: "ours" };
}

/**
 * Returns a new lineage whose number is above all claims among `snapshots`, which are those of the instance; still unclaimed. `repository`:
 * the one it is to write to, where that is known already.
 */
export function nextLineage(
  snapshots: readonly Snapshot[],
  { fresh, repository = null }: { readonly fresh: boolean; readonly repository?: RepositoryPin | null },
): Lineage {
  return {
    version: 1,
    lineage: crypto.getRandomValues(new Uint8Array(8)).toHex(),
    counter: (claims(snapshots)[0]?.claim?.counter ?? 0) + 1,
    claimed: false,
    fresh,
    repository,
  };
}

/** Returns the claims that a higher one has made void. */
export function supersededClaims(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  const all = claims(snapshots);
  const highest = all[0]?.claim?.counter ?? 0;
  return all.filter(({ claim }) => (claim?.counter ?? 0) < highest);
}

/** The highest number first. */
function claims(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  return snapshots.filter(({ kind }) => kind === "claim")
    .toSorted((a, b) => (b.claim?.counter ?? 0) - (a.claim?.counter ?? 0));
}

function newest(snapshots: readonly Snapshot[]): Snapshot | undefined {
  return snapshots.toSorted((a, b) => b.timeMs - a.timeMs)[0];
}
