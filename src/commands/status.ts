/** `ppm status`. */
import { lookAtStatus } from "../apply/status.ts";
import { afterFence, type Fence, fenceWords, readFence, reportFence } from "../backup/fence.ts";
import { backupUnitNames, reportBackups } from "../backup/report.ts";
import { readManifest, requireManifest } from "../plan/read_manifest.ts";
import { UserError } from "../errors.ts";
import { reportUpgrades, upgradeUnitNames } from "../upgrade/report.ts";
import { reportWatch, watchUnitNames } from "../upgrade/watch/report.ts";
import { JSON_FLAG, lookingCommand } from "./command.ts";
import { statusView } from "./status_view.ts";

export const command = lookingCommand({
  help: [
    "Shows the application's target, units, timers and containers, which definition it comes from, how its backups and upgrades are, and what differs from the last setup, each with the command to go on with.",
    "Exits with 0 if the application runs and is well: every unit as it should be, no container unhealthy, the healthcheck (if there is one) content. With 3 if not. What differs from the last setup does not change that, nor does a backup that failed or is overdue: of those, ppm's own units tell (notify in config.yml).",
  ],
  examples: [
    { command: "ppm status", meaning: "look at the application" },
    { command: "ppm status --json", meaning: "the same for a program to read; times are RFC 3339" },
  ],
  flags: { json: JSON_FLAG },
  asRoot: false,
  async run({ system, output, clock }, flags) {
    const fence = readFence(system);
    if (fence?.purpose === "remove" && readManifest(system) === undefined) throw almostGone(fence);
    const manifest = requireManifest(system, "amiss");
    const beside = [
      ...new Set([...backupUnitNames(manifest), ...upgradeUnitNames(manifest), ...watchUnitNames(manifest)]),
    ];
    const { report, units } = await lookAtStatus(system, manifest, beside);
    const nowMs = clock.now();
    const whole = {
      ...report,
      fence: fence === undefined ? null : reportFence(fence),
      backup: reportBackups(system, manifest, { units, nowMs }),
      upgrade: reportUpgrades(system, manifest, units),
      watch: reportWatch(system, manifest, units),
    };
    if (flags.json) output.json(whole);
    else {
      const { style, columns } = output;
      output.print(statusView(whole, { style, columns, nowMs }).join("\n"));
    }
    return report.well ? "done" : "amiss";
  },
});

/** A removal that was interrupted right before its end: the manifest is gone already. */
function almostGone(fence: Fence): UserError {
  return new UserError(`Cannot look at the application: it ${fenceWords(fence)}`, {
    exit: "amiss",
    hint: `Go on with the removal: ${afterFence(fence)}`,
  });
}
