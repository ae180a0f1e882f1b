/** `ppm recover`: what systemd runs after every backup and restore, however it ended. */
import { recover } from "../backup/recover.ts";
import { readIntent } from "../backup/intent.ts";
import { readSwap } from "../backup/swap.ts";
import { requireManager } from "../host/systemd.ts";
import { changingCommand, DRY_RUN_FLAG } from "./command.ts";

export const command = changingCommand({
  help: [
    "Finishes what an interrupted backup or restore left undone: puts restored data in place, and starts what was stopped for it, and nothing else. " +
    "systemd runs it after every backup; running it by hand harms nothing.",
    "It needs neither config.yml nor the repository. If another ppm is still at work, there is nothing to do yet.",
  ],
  examples: [
    { command: "ppm recover", meaning: "bring the application back after an interrupted backup" },
    { command: "ppm recover --dry-run", meaning: "show what an interrupted backup or restore left undone" },
  ],
  flags: { dryRun: DRY_RUN_FLAG },
  asRoot: false,
  async run(context, { dryRun }) {
    const { system, output } = context;
    if (dryRun) {
      const swap = readSwap(system);
      if (swap !== undefined) output.print(`put ${swap.staging} in place as data/`);
      const units = readIntent(system)?.units ?? [];
      if (units.length > 0) output.print(`start ${units.join(", ")}`);
      return "done";
    }
    requireManager(system);
    await recover(context);
    return "done";
  },
});
