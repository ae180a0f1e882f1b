/** What a rollback could not undo: said before an upgrade, while it can still be left. Pure. */
import type { BackupPolicy } from "../../definition/backup_policy.ts";
import type { RenderedFile } from "../../definition/definition.ts";
import { SECRETS_FILE } from "../../layout.ts";
import { targetOf } from "../../plan/units.ts";
import { type Mount, writableMounts } from "./mounts.ts";
import { selfPulled } from "./self_pulled.ts";

/** One version of the application, as far as going back is concerned. */
export interface Version {
  readonly app: { readonly name: string; readonly mainunit: string };
  /** Where the definition lies in its repository. */
  readonly directory: string;
  /** null: it is not backed up. */
  readonly backup: BackupPolicy | null;
  /** The names of its generated secrets; undefined where that is not known. */
  readonly secrets: readonly string[] | undefined;
  /** What it has under the home directory; undefined where that is not known. */
  readonly files: readonly RenderedFile[] | undefined;
}

export interface IrreversibleInput {
  readonly before: Version;
  readonly after: Version & { readonly files: readonly RenderedFile[] };
  /** Whether anything of the application changes, so that it is stopped, and the new version runs: see `touchesApplication`. */
  readonly touches: boolean;
  /** The home directory, absolute. */
  readonly home: string;
}

/** Returns what going back from `after` to `before` would not bring back, one sentence each. */
export function irreversible(input: IrreversibleInput): readonly string[] {
  return [
    ...(input.touches ? [...ofData(input), ...ofImages(input)] : []),
    ...ofSecrets(input),
    ...ofNames(input),
  ];
}

/** The snapshot before an upgrade is made by what stands: whoever is not backed up has none. */
function ofData({ before, after, home }: IrreversibleInput): readonly string[] {
  const former = before.files && new Set(writableMounts(before.files, home).map(({ source }) => source));
  // What the former version does not use does not matter to it either.
  const shared = writableMounts(after.files, home).filter(({ source }) => former?.has(source) ?? true);
  const sources = [...new Map(shared.map((mount) => [mount.source, mount])).values()];
  return [
    ...(before.backup === null
      ? [
        "data/ is not backed up: a rollback brings files and units back, and leaves data/ as the new version has made it",
      ]
      : []),
    ...sources.map((mount) => {
      const units = [
        ...new Set(shared.filter(({ source }) => source === mount.source).map(({ unit }) => unit)),
      ];
      return `${nameOf(mount, home)} (${
        units.join(", ")
      }) is in no snapshot: a rollback leaves it as the new version has made it`;
    }),
  ];
}

function nameOf({ kind, source }: Mount, home: string): string {
  if (kind === "volume") return `The volume ${source}`;
  return source.startsWith(`${home}/`) ? `~/${source.slice(home.length + 1)}` : source;
}

/** It is the former files that a rollback brings back, and what they pull. */
function ofImages({ before, after }: IrreversibleInput): readonly string[] {
  return selfPulled(before.files ?? after.files).map(({ image, units }) =>
    `${image} is pulled whenever ${
      units.join(", ")
    } starts: after a rollback too, and what it names by then may be another image`
  );
}

function ofSecrets({ before, after }: IrreversibleInput): readonly string[] {
  if (before.secrets === undefined || after.secrets === undefined) return [];
  const [former, present] = [new Set(before.secrets), new Set(after.secrets)];
  const added = after.secrets.filter((name) => !former.has(name));
  const gone = before.secrets.filter((name) => !present.has(name));
  return [
    ...added.map((name) =>
      `The secret "${name}" is generated, and stays in ${SECRETS_FILE} after a rollback`
    ),
    ...gone.map((name) =>
      `The secret "${name}" is used no more, and stays in ${SECRETS_FILE} for a rollback`
    ),
  ];
}

/** Snapshots are told apart by the application's name and the place of its definition, and what others wrote names the target. */
function ofNames({ before, after }: IrreversibleInput): readonly string[] {
  const [former, present] = [targetOf(before.app), targetOf(after.app)];
  const isBackedUp = before.backup !== null || after.backup !== null;
  const renamed = change("The name of the application", before.app.name, after.app.name);
  const moved = change("The directory of the definition", before.directory, after.directory);
  return [
    ...(isBackedUp ? [...renamed, ...moved] : []).map((what) =>
      `${what}: snapshots are told apart by it, so that neither version restores those of the other`
    ),
    ...(former === present ? [] : [
      `${former} becomes ${present}: whatever outside the definition names it must follow, and go back with a rollback`,
    ]),
  ];
}

function change(what: string, from: string, to: string): readonly string[] {
  return from === to ? [] : [`${what} changes from "${from}" to "${to}"`];
}
