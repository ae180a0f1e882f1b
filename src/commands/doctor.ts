/** `ppm doctor`. */
import { examine } from "../doctor/examine.ts";
import { examineServer } from "../doctor/examine_server.ts";
import { type Finding, isAmiss } from "../doctor/finding.ts";
import { rootScript } from "../doctor/root_script.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { STATE_DIRECTORY } from "../layout.ts";
import { type Context, JSON_FLAG, lookingCommand } from "./command.ts";
import { doctorView } from "./doctor_view.ts";
import { parseDirectory } from "./parsers.ts";
import { configPathOf } from "./plan_setup.ts";

export const command = lookingCommand({
  help: [
    "Looks at everything that must hold for this user's application: lingering, systemd, programs, subordinate ids, ports, config.yml, the state directory, the repository and its password, disk space, the clock, what differs from the last setup, units, backups and upgrades. Of each it says what is wrong, why that matters, and the command that mends it. It changes nothing, and works before the first setup too.",
    "For root it looks at the server and at what root has prepared for each user with an application; no home directory is read.",
    "Exits with 0 if all is as it should be, whatever is worth a note, and with 3 if not. The repository is given a minute to answer. With --root-script, it prints what root has to do as one commented script, with how to undo each line, and exits with 0.",
  ],
  examples: [
    { command: "ppm doctor", meaning: "what is wrong, and what mends it" },
    {
      command: "su - app -c 'ppm doctor --root-script' >mend.sh",
      meaning: "as root: read mend.sh, then run it: sh mend.sh",
    },
    { command: "ppm doctor --json", meaning: "the same for a program to read" },
  ],
  flags: {
    json: JSON_FLAG,
    rootScript: {
      kind: "switch",
      brief: "Print what root has to do as a script to read and run",
    },
    stateDirectory: {
      kind: "value",
      placeholder: "DIR",
      brief: `For root: look at this state directory; default: ${STATE_DIRECTORY}`,
      complete: "directories",
      parse: parseDirectory,
    },
  },
  asRoot: true,
  async run(context, { json, rootScript: script, stateDirectory }) {
    if (json && script) {
      throw new UserError("Cannot print a script as JSON: --json and --root-script were both given", {
        exit: "usage",
      });
    }
    const { system, output } = context;
    const findings = await look(context, stateDirectory);
    if (script) {
      const { name, uid } = system.user;
      output.print(rootScript(findings, uid === 0 ? system.hostname : `${name} on ${system.hostname}`));
      return "done";
    }
    const well = !findings.some(isAmiss);
    if (json) output.json({ well, findings });
    else output.print(doctorView(findings, output).join("\n"));
    return well ? "done" : "amiss";
  },
});

async function look(
  context: Context<ReadSystem>,
  stateDirectory: string | undefined,
): Promise<readonly Finding[]> {
  const { system, output, clock } = context;
  if (system.user.uid === 0) return await examineServer(system, stateDirectory ?? STATE_DIRECTORY);
  if (stateDirectory !== undefined) {
    throw new UserError("Cannot look at another state directory: config.yml says where this user's is", {
      exit: "usage",
      hint: "--state-directory is for root",
    });
  }
  return await examine({ system, output, nowMs: clock.now(), configFile: configPathOf(context) });
}
