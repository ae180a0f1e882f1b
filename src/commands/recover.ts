/** `ppm recover`: what systemd runs after every backup and restore, however it ended. */
import { readIntent } from "../backup/intent.ts";
import { readSwap } from "../backup/swap.ts";
import { requireManager } from "../host/systemd.ts";
import { recover } from "../upgrade/interrupted.ts";
import { imagesBeforePull } from "../upgrade/pull_journal.ts";
import { readSwitch } from "../upgrade/switch.ts";
import { changingCommand, DRY_RUN_FLAG } from "./command.ts";

export const command = changingCommand({
  help: [
    "Finishes what an interrupted backup, restore, upgrade or rollback left undone: puts restored data in place, starts what was stopped, brings back the generation before an upgrade that was cut short. " +
    "systemd runs it at boot and after every backup; running it by hand harms nothing.",
    "It needs neither config.yml nor the repository, unless a version that has run must give the data back. If another ppm is still at work, there is nothing to do yet.",
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
      const found = readSwitch(system);
      if (found !== undefined) {
        output.print(`${WHAT[found.phase]} ${found.phase === "trial" ? found.other : found.goal}`);
      }
      for (const { name, id } of imagesBeforePull(system) ?? []) {
        output.print(`let ${name} mean the image ${id.slice(0, 12)} again`);
      }
      const swap = readSwap(system);
      if (swap !== undefined) output.print(`put ${swap.staging} in place as data/`);
      const units = readIntent(system)?.units ?? [];
      if (units.length > 0) output.print(`start ${units.join(", ")}`);
      return "done";
    }
    requireManager(system);
    const { rolledBack } = await recover(context);
    if (rolledBack !== undefined) throw rolledBack;
    return "done";
  },
});

/** What is done about a switch that was interrupted, by how far it had come. */
const WHAT = {
  switching: "bring back generation",
  trial: "start once more, and watch, generation",
  returning: "go on to bring back generation",
};
