/** What an upgrade would do, as people read it. */
import type { Output } from "../../ui/output.ts";
import type { UpgradePreview } from "./upgrade_preview.ts";

export interface PrintUpgradeOptions {
  /** Whether it is done right after this: then nothing is said of what to type next. */
  readonly applies: boolean;
  /** Whether nothing at all is changed, the clone included: the new commits are then not in it. @default {false} */
  readonly dryRun?: boolean;
}

/** Prints what an upgrade would do to standard output. */
export function printUpgrade(output: Output, preview: UpgradePreview, options: PrintUpgradeOptions): void {
  throw new Error(`not yet ${output} ${preview} ${options}`);
}
