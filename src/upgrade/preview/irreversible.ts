/** What a rollback could not undo: said before an upgrade, as long as it can still be done without. Pure. */
import type { BackupPolicy } from "../../definition/backup_policy.ts";
import type { RenderedFile } from "../../definition/definition.ts";

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
  readonly files: readonly Pick<RenderedFile, "path" | "content">[] | undefined;
}

export interface IrreversibleInput {
  readonly before: Version;
  readonly after: Version & { readonly files: readonly Pick<RenderedFile, "path" | "content">[] };
  /** The home directory, absolute. */
  readonly home: string;
}

/** Returns what going back from `after` to `before` would not bring back, one sentence each; nothing where both are the same. */
export function irreversible(input: IrreversibleInput): readonly string[] {
  throw new Error(`not yet ${input}`);
}
