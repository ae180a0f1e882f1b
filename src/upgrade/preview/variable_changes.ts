/** What a new version asks of config.yml that the one before did not. Pure. */
import type { AppInfoDraft } from "../../definition/appinfo_draft.ts";

/** How a variable differs from one version of a definition to the next. Defaults are shown as the definition writes them. */
export type VariableChange =
  | {
    readonly kind: "new";
    readonly name: string;
    /** `port`, `list of port`, `integer from 1 to 10` */
    readonly type: string;
    readonly description: string | null;
    /** null: it has none, so that config.yml must set it. */
    readonly default: string | null;
    /** Whether config.yml sets it. */
    readonly configured: boolean;
  }
  | {
    readonly kind: "changed";
    readonly name: string;
    /** null: the same as before. */
    readonly type: Change<string> | null;
    /** null: the same as before, or not to be shown. */
    readonly default: Change<string | null> | null;
    readonly configured: boolean;
  }
  | {
    readonly kind: "gone";
    readonly name: string;
    /** Whether config.yml still sets it, and so is wrong by the new version. */
    readonly configured: boolean;
  };

export interface Change<T> {
  readonly from: T;
  readonly to: T;
}

/**
 * Returns how the variables of `after` differ from those of `before` (undefined: it cannot be read, and nothing can be compared), in the order
 * in which they are declared, those that are gone at the end. `configured`: the names that config.yml sets.
 */
export function compareVariables(
  before: AppInfoDraft | undefined,
  after: AppInfoDraft,
  configured: Iterable<string>,
): readonly VariableChange[] {
  throw new Error(`not yet ${before} ${after} ${configured}`);
}
