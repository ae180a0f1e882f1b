/** `ppm stop`. */
import { bringDown } from "../apply/stop.ts";
import { withdraw } from "../backup/intent.ts";
import { commandLine } from "../host/command_line.ts";
import { systemctl } from "../host/systemd.ts";
import { findUnits } from "../plan/find_units.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { targetOf } from "../plan/units.ts";
import { waitForPause } from "../upgrade/interrupted.ts";
import { readSwitch } from "../upgrade/switch.ts";
import { changingCommand, DRY_RUN_FLAG } from "./command.ts";

export const command = changingCommand({
  help: [
    "Stops the target and with it all units of the application, and returns when none of them runs any more. At the next boot the application starts again.",
  ],
  examples: [
    { command: "ppm stop", meaning: "stop the application" },
    { command: "ppm stop web", meaning: "stop web.service alone" },
  ],
  flags: { dryRun: DRY_RUN_FLAG },
  positional: {
    placeholder: "UNIT",
    brief: "Units to stop alone, with or without suffix; default: all",
    maximum: 100,
    complete: "units",
  },
  asRoot: false,
  async run(context, flags, ...words) {
    const manifest = requireManifest(context.system);
    const units = words.length > 0 ? findUnits(manifest, words) : undefined;
    if (flags.dryRun) {
      context.output.print(commandLine(systemctl("stop", units ?? [targetOf(manifest.app)])));
      return "done";
    }
    if (readSwitch(context.system) !== undefined) await waitForPause(context, "stop");
    await withdraw(context.system, units); // what is stopped by hand, no backup starts again
    await bringDown(context, manifest, units);
    context.output.info(`${units?.join(", ") ?? manifest.app.name}: stopped`);
    return "done";
  },
});
