/** What `setup` would do, without doing it: for `ppm setup --dry-run` and `ppm diff`. */
import { previewClone } from "../definition/clone.ts";
import type { ReadSystem } from "../host/system.ts";
import { requireManager } from "../host/systemd.ts";
import { NOTHING_TO_DO, type Plan } from "../plan/actions.ts";
import type { Context } from "./command.ts";
import { checkedConfig, planSetup } from "./plan_setup.ts";

/** Returns the plan of a setup; it is empty if everything stands as it should. */
export async function preview(context: Context<ReadSystem>): Promise<Plan> {
  const { system } = context;
  requireManager(system);
  const checked = checkedConfig(context);
  const scratch = system.makeScratch();
  try {
    const clone = await previewClone(system, checked.config.definition, scratch);
    const { prepared } = await planSetup(context, checked, clone, { preview: true });
    return prepared?.plan ?? NOTHING_TO_DO;
  } finally {
    system.removeScratch(scratch);
  }
}
