/** `ppm list`: all applications on this server. */
import type { ReadSystem } from "../host/system.ts";
import { STATE_DIRECTORY } from "../layout.ts";
import { knownNeighbours } from "../neighbours/known_neighbours.ts";
import { readManifest } from "../plan/read_manifest.ts";
import { JSON_FLAG, lookingCommand } from "./command.ts";
import { makeListReport } from "./list_report.ts";
import { listView } from "./list_view.ts";
import { parseDirectory } from "./parsers.ts";

export const command = lookingCommand({
  help: [
    "Lists what every application on this server publishes: which version it is and of which commit, which ports and sites it wants, when it was last backed up, drilled and upgraded. " +
    "Of that, only what counts: what root's claims.yml does not give is named below the table, as is what could not be read, and what several applications want. That is no failure: the exit code is 0.",
    "Root also sees whether they run: ppm asks the systemd of each user, and waits two seconds for an answer.",
  ],
  examples: [
    { command: "ppm list", meaning: "what is there, as any user" },
    { command: "ppm list --json", meaning: "the same for a program to read; times are RFC 3339" },
  ],
  flags: {
    json: JSON_FLAG,
    stateDirectory: {
      kind: "value",
      placeholder: "DIR",
      brief: `Read this state directory; default: this user's own, or ${STATE_DIRECTORY}`,
      complete: "directories",
      parse: parseDirectory,
    },
  },
  asRoot: true,
  async run({ system, output, clock }, { json, stateDirectory }) {
    const statedirectory = stateDirectory ?? ownStateDirectory(system) ?? STATE_DIRECTORY;
    const known = await knownNeighbours(system, statedirectory);
    const running = system.user.uid === 0
      ? await (await import("./list_running.ts"))
        .lookAtRunning(system, known.neighbourhood.applications, clock)
      : undefined;
    const nowMs = clock.now();
    const report = makeListReport(known, { statedirectory, running, nowMs });
    const { style, columns } = output;
    if (json) output.json(report);
    else output.print(listView(report, { style, columns, nowMs }).join("\n"));
    return "done";
  },
});

/** Where the last setup of this user has published; undefined where it has not. */
function ownStateDirectory(system: ReadSystem): string | undefined {
  const path = readManifest(system)?.stateFile?.path;
  return path === undefined ? undefined : path.split("/").slice(0, -2).join("/");
}
