/**
 * What a setup does about `data/`: keeps it, brings it back, begins empty, or refuses. Pure; RELIABILITY.md's rule 4 as a function.
 *
 * An application that starts on an empty `data/` by mistake is backed up empty, and the good snapshots are forgotten one by one. So an empty
 * beginning takes an explicit word and the proof that there is nothing to bring back; what is unclear never gets here, but fails before.
 */
import { UserError } from "../errors.ts";
import { entryCount, size } from "../ui/units_of_measure.ts";
import { isOf } from "./choose.ts";
import type { Standing } from "./look_at_data.ts";
import type { Identity, Snapshot } from "./snapshot.ts";

/** What is known without the repository. */
export interface LocalFacts {
  /** Absolute path of `data/`. */
  readonly path: string;
  readonly standing: Standing;
  /** Whether it is on record that `data/` may be empty: begun fresh here, or saved as empty by the last good backup. */
  readonly mayBeEmpty: boolean;
  /** `--fresh`. */
  readonly fresh: boolean;
  /** `--from SNAPSHOT`, as it was typed. */
  readonly from: string | undefined;
}

/** What the repository answered, and what of it was chosen. */
export interface Answer {
  readonly identity: Identity;
  /** Of this instance, newest first; of whatever kind, application and definition. */
  readonly snapshots: readonly Snapshot[];
  /** The newest good one of this very application, not dated in the future. */
  readonly newestGood: Snapshot | undefined;
  /** The one that `from` names. */
  readonly named: Snapshot | undefined;
  /** The other instances in the repository. */
  readonly others: readonly string[];
}

/** What is to be done about `data/`. */
export type DataStep =
  | { readonly kind: "keep" }
  | { readonly kind: "restore"; readonly snapshot: Snapshot; readonly why: string }
  | { readonly kind: "fresh"; readonly why: string };

/** Decides where the repository need not be asked; `ask` where it has to be. Throws {@linkcode UserError} (exit code 8). */
export function decideLocally(facts: LocalFacts): "keep" | "ask" {
  const { path, standing, mayBeEmpty, fresh, from } = facts;
  switch (standing.kind) {
    case "absent":
      return "ask";
    case "wrong":
      throw refuse(`Cannot use ${path}: ${standing.fault}`, standing.remedy);
    case "present":
      if (from === undefined) return "keep";
      throw refuse(
        `Cannot set up from the snapshot ${from}: ${path} is not missing`,
        `Put the snapshot in its place, and keep what stands there aside: ppm restore ${from}`,
      );
    case "empty":
      if (mayBeEmpty && from === undefined) return "keep";
      if (fresh && from === undefined) return "ask";
      throw refuse(
        `Cannot use ${path}: it is empty, and nothing says that it should be`,
        `To bring the application's data back: rmdir ${path} && ppm setup${
          from === undefined ? "" : ` --from ${from}`
        }\n` +
          "To begin with nothing: ppm setup --fresh",
      );
  }
}

/** Decides what the repository's answer means for a `data/` that is missing, or empty and to be begun. Throws {@linkcode UserError} (exit code 8). */
export function decideByRepository(facts: LocalFacts, answer: Answer): DataStep {
  const { fresh, from } = facts;
  const { identity, newestGood, named } = answer;
  if (from !== undefined && named !== undefined) {
    requireOwn(named, identity);
    return { kind: "restore", snapshot: named, why: `--from ${from}` };
  }
  if (newestGood !== undefined) {
    if (!fresh) {
      return {
        kind: "restore",
        snapshot: newestGood,
        why: "data/ is missing; this is the newest good snapshot",
      };
    }
    throw refuse(
      `Cannot begin fresh: the repository holds good snapshots of "${identity.instance}", the newest ${
        newestGood.id.slice(0, 8)
      }`,
      "Bring it back: ppm setup\nTo begin anew all the same, give config.yml another instance name",
    );
  }
  const holding = answer.snapshots.filter((snapshot) => snapshot.kind !== "claim");
  const own = holding.find((snapshot) => isOf(snapshot, identity));
  if (own !== undefined) {
    throw refuse(
      `Cannot bring ${facts.path} back by itself: of "${identity.instance}" there are snapshots, but none that counts as good`,
      `See them: ppm snapshots\nIf one of them will do: ppm setup --from ${own.id.slice(0, 8)}`,
    );
  }
  const [foreign] = holding;
  if (foreign !== undefined) requireOwn(foreign, identity);
  if (fresh) {
    return { kind: "fresh", why: `--fresh, and the repository holds nothing of "${identity.instance}"` };
  }
  throw refuse(
    `Cannot bring ${facts.path} back: the repository holds no snapshot of "${identity.instance}"; ${
      otherWords(answer.others)
    }`,
    "If this application is new: ppm setup --fresh\n" +
      "If it is not, look at backup.repository and instance in config.yml",
  );
}

/** Returns a step in words. */
export function describeDataStep(step: DataStep): { readonly what: string; readonly why: string } {
  switch (step.kind) {
    case "keep":
      return { what: "keep data/", why: "it stands" };
    case "fresh":
      return { what: "make an empty data/", why: step.why };
    case "restore": {
      const { id, timeMs, size: held } = step.snapshot;
      const amount = held === null ? "" : `, ${entryCount(held.entries)}, ${size(held.bytes)}`;
      return {
        what: `restore data/ from the snapshot ${id.slice(0, 8)} of ${
          new Date(timeMs).toISOString()
        }${amount}`,
        why: step.why,
      };
    }
  }
}

/** Throws, to exit with 8, unless `snapshot` was made of the very application that `identity` names. */
export function requireOwn(snapshot: Snapshot, identity: Identity): void {
  const id = snapshot.id.slice(0, 8);
  if (snapshot.kind === "claim") {
    throw refuse(
      `Cannot restore the snapshot ${id}: it is a claim, and holds no data`,
      "See what there is: ppm snapshots",
    );
  }
  if (isOf(snapshot, identity)) return;
  const { app, definition, instance } = snapshot.identity;
  const what = instance !== identity.instance
    ? `of the instance "${instance}"`
    : app !== identity.app
    ? `of the application "${app}"`
    : `made from another definition (${
      definition || "it does not say which"
    }; this one is ${identity.definition})`;
  throw refuse(
    `Cannot restore the snapshot ${id} as "${identity.app}": it is ${what}`,
    "If it is a stranger's, because two servers use one instance name in one repository: give this one another instance in config.yml\n" +
      "If it is this application's, and its definition has moved: write definition.repository as it was",
  );
}

function otherWords(others: readonly string[]): string {
  return others.length === 0 ? "it is empty" : `it holds ${others.map((name) => `"${name}"`).join(", ")}`;
}

function refuse(message: string, hint: string): UserError {
  return new UserError(message, { exit: "refused", hint });
}
