/** Does one step of a removal. Each can be done again: whatever ends the run, the next one finds less to do. */
import { carryOut } from "../apply/apply.ts";
import { newStaging, removeStagings } from "../backup/staging.ts";
import { temporaryPath } from "../host/durable_file.ts";
import type { System } from "../host/system.ts";
import { runSystemctl, systemctl } from "../host/systemd.ts";
import { DATA_DIRECTORY, REMOVED_PREFIX } from "../layout.ts";
import type { RemovalStep } from "./removal_steps.ts";

/** What systemctl exits with where it has forgotten the units already. */
const KNOWN_NO_MORE = [0, 1, 5];

/** Does `step`. */
export async function takeStep(system: System, step: RemovalStep): Promise<void> {
  const { home } = system.user;
  switch (step.kind) {
    case "forget-failures":
      await runSystemctl(system, { ...systemctl("reset-failed", step.units), accept: KNOWN_NO_MORE });
      return;
    case "withdraw-state":
      return withdraw(system, step.path);
    case "remove-data":
      // Nobody may ever take half of it for the whole.
      system.rename(`${home}/${DATA_DIRECTORY}`, `${home}/${newStaging(REMOVED_PREFIX)}`);
      return await removeStagings(system, REMOVED_PREFIX);
    case "remove-own":
      system.removeTree(`${home}/${step.path}`);
      system.removeTree(temporaryPath(`${home}/${step.path}`)); // half written by a run that was killed
      return;
    default:
      await carryOut(system, step);
  }
}

/** The watch of the neighbours hears of what happens to the directory, and of nothing in it. */
function withdraw(system: System, path: string): void {
  const directory = path.slice(0, path.lastIndexOf("/"));
  if (system.lstat(directory) === undefined) return; // root has taken it away
  system.removeFile(path);
  system.touch(directory);
}
