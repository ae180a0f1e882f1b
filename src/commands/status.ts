/** `ppm status`. */
import { lookAtStatus } from "../apply/status.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { JSON_FLAG, lookingCommand } from "./command.ts";
import { statusView } from "./status_view.ts";

export const command = lookingCommand({
  help: [
    "Shows the application's target, units, timers and containers, which definition it comes from, and what differs from the last setup, each with the command to go on with.",
    "Exits with 0 if the application runs and every unit is as it should be, with 3 if not. What differs from the last setup does not change that.",
  ],
  examples: [
    { command: "ppm status", meaning: "look at the application" },
    { command: "ppm status --json", meaning: "the same for a program to read; times are RFC 3339" },
  ],
  flags: { json: JSON_FLAG },
  asRoot: false,
  async run({ system, output, clock }, flags) {
    const manifest = requireManifest(system, "amiss");
    const report = await lookAtStatus(system, manifest);
    if (flags.json) output.json(report);
    else {
      const { style, columns } = output;
      output.print(statusView(report, { style, columns, nowMs: clock.now() }).join("\n"));
    }
    return report.well ? "done" : "amiss";
  },
});
