/** What `setup` would do, without doing it: for `ppm setup --dry-run` and `ppm diff`. */
import { previewClone } from "../definition/clone.ts";
import type { ReadSystem } from "../host/system.ts";
import { requireManager } from "../host/systemd.ts";
import { NOTHING_TO_DO, type Plan } from "../plan/actions.ts";
import type { Context } from "./command.ts";
import { type CheckedConfig, checkedConfig, type PlannedSetup, planSetup } from "./plan_setup.ts";

/** A setup that was thought through and not done. */
export interface Preview {
  readonly checked: CheckedConfig;
  readonly planned: PlannedSetup;
  /** Empty if everything stands as it should. */
  readonly plan: Plan;
}

/** Plans a setup in a scratch directory. */
export async function preview(context: Context<ReadSystem>): Promise<Preview> {
  const { system } = context;
  requireManager(system);
  const checked = checkedConfig(context);
  const scratch = system.makeScratch();
  try {
    const clone = await previewClone(system, checked.config.definition, scratch);
    const planned = await planSetup(context, checked, clone, { preview: true });
    return { checked, planned, plan: planned.prepared?.plan ?? NOTHING_TO_DO };
  } finally {
    system.removeScratch(scratch);
  }
}
