/** `ppm remove`: takes an application off this server. */
import type { ExitName } from "../errors.ts";
import { changingCommand, DRY_RUN_FLAG, JSON_FLAG } from "./command.ts";

export const command = changingCommand({
  help: [
    "Takes the application off this server: stops it, makes a last backup and proves it by restoring it beside data/, then stops and disables its units, removes what ppm wrote, and takes back what the neighbours were told. " +
    "A file that was edited by hand is kept under .ppm/overwritten/ first. data/, config.yml and the secrets stay, so that ppm setup brings the application back.",
    "With --data, data/ and .ppm/ go too; what was kept aside (ppm clean) stays, and is named. " +
    "Where the backup cannot be made or proven, nothing is removed, what ran runs again, and the exit code is 8. If it is interrupted, the next ppm remove goes on.",
  ],
  examples: [
    { command: "ppm remove --dry-run", meaning: "show every step, and do nothing" },
    { command: "ppm remove", meaning: "take the application off this server, and keep its data" },
    { command: "ppm remove --data", meaning: "the data too: the last backup has it" },
  ],
  flags: {
    data: { kind: "switch", brief: "Remove data/ and the secrets too" },
    withoutBackup: { kind: "switch", brief: "Remove without a last backup: what no snapshot holds is lost" },
    dryRun: DRY_RUN_FLAG,
    json: JSON_FLAG,
    noWait: { kind: "switch", brief: "Fail at once if another ppm holds the lock" },
  },
  asRoot: false,
  async run(context, flags): Promise<ExitName> {
    const { remove, showRemoval } = await import("../remove/remove.ts");
    await (flags.dryRun ? showRemoval : remove)(context, flags);
    return "done";
  },
});
