/** `ppm upgrade`: what is new in the definition, and what it would change here; with `--apply`, the whole of it, safely. */
import { whileAlive } from "../backup/alive.ts";
import { type ExitName, UserError } from "../errors.ts";
import { ReadOnlySystem } from "../host/read_only_system.ts";
import { requireManager } from "../host/systemd.ts";
import { whileInterruptible } from "../upgrade/interruptible.ts";
import { changingCommand, DRY_RUN_FLAG, JSON_FLAG } from "./command.ts";
import { checkedConfig } from "./plan_setup.ts";
import { lookAtUpgrade, upgrade, type UpgradeFlags, upgradeResultToJson } from "./upgrade_steps.ts";

export const command = changingCommand({
  help: [
    "Fetches the definition, lists the commits that are new, and shows what they would change on this server. Only the clone moves; " +
    "ppm setup and ppm restart do the rest. With --dry-run the clone stays where it is too.",
    "With --apply it does the rest itself: pulls the images that the units name, saves the data with the application stopped, puts the new files in place, starts, and watches until everything is well. " +
    "Whatever fails after the switch leads back to the generation before, with its images and, as the new version has run, with its data; what that one has left is kept as data.failed-TIME. Then the exit code is 7.",
    "A commit that has failed, or that a rollback has left, is left alone until upstream moves on, or --retry names it. History that was rewritten is refused. Where config.yml names allowedsigners, nothing that they have not signed is rendered.",
  ],
  examples: [
    { command: "ppm upgrade --dry-run", meaning: "show what is new, and move nothing" },
    { command: "ppm upgrade --apply", meaning: "upgrade, and go back by itself if that fails" },
    { command: "ppm upgrade --apply --retry 4f2c81d0", meaning: "try a commit again that has failed before" },
  ],
  flags: {
    apply: {
      kind: "switch",
      brief: "Do what is shown, and take it back if the new version does not get well",
    },
    retry: {
      kind: "value",
      placeholder: "REV",
      brief: "Try this commit again, though it has failed or was left by a rollback",
      parse: String,
    },
    scheduled: { kind: "switch", brief: "Nobody watches: what ppm-upgrade.service runs, with --apply" },
    dryRun: DRY_RUN_FLAG,
    json: JSON_FLAG,
    noWait: { kind: "switch", brief: "Fail at once if another ppm holds the lock" },
  },
  asRoot: false,
  async run(context, flags): Promise<ExitName> {
    requireSense(flags);
    requireManager(context.system);
    const checked = checkedConfig(context);
    const result = flags.dryRun
      ? await lookAtUpgrade({ ...context, system: new ReadOnlySystem(context.system) }, checked, flags)
      : await whileInterruptible(
        context,
        "upgrade",
        () => whileAlive(context, () => upgrade(context, checked, flags)),
      );
    if (flags.json) context.output.json(upgradeResultToJson(result));
    if (result.rolledBack !== undefined) throw result.rolledBack;
    return "done";
  },
});

function requireSense({ apply, scheduled, retry }: UpgradeFlags): void {
  if (apply || (!scheduled && retry === undefined)) return;
  throw new UserError(
    `Cannot use ${scheduled ? "--scheduled" : "--retry"} without --apply: nothing would be tried`,
    {
      exit: "usage",
      hint: "See: ppm help upgrade",
    },
  );
}
