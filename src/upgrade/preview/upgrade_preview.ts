/** What an upgrade would do to this server, as data: put together here, shown by `print_upgrade.ts`. Pure. */
import type { Prepared } from "../../apply/prepare.ts";
import type { AppInfoDraft } from "../../definition/appinfo_draft.ts";
import type { Commit } from "../../definition/commits.ts";
import type { RenderedFile } from "../../definition/definition.ts";
import type { Plan } from "../../plan/actions.ts";
import { namedImages } from "../../plan/images.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { touchesApplication } from "../../plan/touches.ts";
import { irreversible } from "./irreversible.ts";
import { unitsToStart, unitsToStop } from "./units.ts";
import { compareVariables, type VariableChange } from "./variable_changes.ts";

/** What an upgrade would do. */
export interface UpgradePreview {
  /** The application's name, as the new version has it. */
  readonly app: string;
  readonly from: { readonly commit: string; readonly version: string; readonly generation: number };
  readonly to: {
    readonly commit: string;
    readonly version: string;
    /** `the branch main`, `the tag v2`, `the commit 1a2b3c4d5e6f` */
    readonly name: string;
  };
  /** Those that are new, newest first. Author and subject are strangers' words. */
  readonly commits: readonly Commit[];
  readonly plan: Plan;
  /** Units of the application, by name. */
  readonly restart: readonly string[];
  readonly start: readonly string[];
  readonly stop: readonly string[];
  readonly variables: readonly VariableChange[];
  /** What the new version asks of this server and the standing one does not. */
  readonly grants: readonly string[];
  /** What a rollback could not undo, one sentence each. */
  readonly warnings: readonly string[];
  /** Images to be pulled, as the units name them. */
  readonly images: readonly string[];
}

/** What a preview is made of. */
export interface PreviewInput {
  /** What stands. */
  readonly manifest: Manifest;
  /** The files of the standing generation; undefined where they cannot be read. */
  readonly standing: readonly RenderedFile[] | undefined;
  /** What would stand. */
  readonly prepared: Pick<Prepared, "desired" | "files" | "plan">;
  /** What the new commit was asked for as: `the branch main`. */
  readonly name: string;
  readonly commits: readonly Commit[];
  /** appinfo.yml of both commits; `before` is undefined where the former cannot be read any more. */
  readonly drafts: { readonly before: AppInfoDraft | undefined; readonly after: AppInfoDraft };
  /** The names of the variables that config.yml sets. */
  readonly configured: Iterable<string>;
  /** New ones, see `newGrants`. */
  readonly grants: readonly string[];
  /** The home directory, absolute. */
  readonly home: string;
}

/** Returns what an upgrade would do. */
export function makePreview(input: PreviewInput): UpgradePreview {
  const { manifest, prepared: { desired, plan, files }, drafts } = input;
  const { app } = desired.definition;
  const touches = touchesApplication(plan);
  return {
    app: app.name,
    from: {
      commit: manifest.source.commit,
      version: manifest.app.version,
      generation: manifest.generation,
    },
    to: { commit: desired.source.commit, version: app.version, name: input.name },
    commits: input.commits,
    plan,
    restart: plan.restart,
    start: unitsToStart(manifest.units, desired.units),
    stop: unitsToStop(plan),
    variables: compareVariables(drafts.before, drafts.after, input.configured),
    grants: input.grants,
    warnings: irreversible({
      before: {
        app: manifest.app,
        directory: manifest.source.directory,
        backup: manifest.backup,
        secrets: drafts.before && Object.keys(drafts.before.secrets),
        files: input.standing,
      },
      after: {
        app,
        directory: desired.source.directory,
        backup: desired.backup,
        secrets: Object.keys(drafts.after.secrets),
        files,
      },
      touches,
      home: input.home,
    }),
    images: touches ? imagesToPull(input.standing ?? [], files) : [],
  };
}

/** A digest that runs already is here, and means the same for ever. */
function imagesToPull(before: readonly RenderedFile[], after: readonly RenderedFile[]): readonly string[] {
  const known = new Set(namedImages(before).map(({ image }) => image));
  return namedImages(after).filter(({ image, pull }) =>
    pull && !(image.includes("@sha256:") && known.has(image))
  )
    .map(({ image }) => image);
}
