/** Whether the state directory is as root prepares it, and this user's place in it is the user's. */
import { quote } from "../host/command_line.ts";
import type { FileStat, ReadSystem } from "../host/system.ts";
import { directoryFault } from "../neighbours/state_directory.ts";
import { type Finding, findingsOf, type RootStep } from "./finding.ts";

const { good, wrong } = findingsOf("state-directory");

/** Looks at the directory, and at what is `owner`'s in it. */
export function examineStateDirectory(
  system: ReadSystem,
  directory: string,
  owner: { readonly name: string; readonly uid: number },
): readonly Finding[] {
  const finding = examineDirectory(system, directory);
  if (finding.state === "good") return [examineEntry(system, directory, owner)];
  // Where the directory is made, nobody has a place in it yet.
  const { rootSteps } = system.lstat(directory) === undefined
    ? examineEntry(system, directory, owner)
    : { rootSteps: [] };
  return [{ ...finding, rootSteps: [...finding.rootSteps, ...rootSteps] }];
}

/** Looks at the directory itself. */
export function examineDirectory(system: ReadSystem, directory: string): Finding {
  const stat = system.lstat(directory);
  const fault = stat === undefined
    ? "does not exist"
    : directoryFault(stat, { owner: 0, who: "root" }) ?? shut(stat);
  if (fault === undefined) return good(`${directory} is root's`);
  return wrong(`${directory} ${fault}`, {
    why:
      "In it applications tell each other what they offer; whoever else may write there could speak for them.",
    ...obstructed(stat)
      ? { advice: `Move it out of the way, then, as root: ${directoryStep(directory).command}` }
      : { rootSteps: [directoryStep(directory)] },
  });
}

/** Looks at one user's place in it. */
export function examineEntry(
  system: ReadSystem,
  directory: string,
  { name, uid }: { readonly name: string; readonly uid: number },
): Finding {
  const path = `${directory}/${name}`;
  const stat = system.lstat(path);
  const fault = stat === undefined
    ? "does not exist"
    : directoryFault(stat, { owner: uid, who: name }) ?? shut(stat);
  if (fault === undefined) return good(`${path} is ${name}'s`);
  const user = quote(name);
  const step: RootStep = {
    command: `install -d -m 755 -o ${user} -g "$(id -g ${user})" ${quote(path)}`,
    reason: `there the application of ${user} tells its neighbours what it offers, and nobody else can write`,
    undo: `rm -r ${quote(path)}`,
  };
  return wrong(`${path} ${fault}`, {
    why: "Nothing can be published there: no web server finds the application, and no setup goes through.",
    ...obstructed(stat)
      ? { advice: `Move it out of the way, then, as root: ${step.command}` }
      : { rootSteps: [step] },
  });
}

function shut({ mode }: FileStat): string | undefined {
  return (mode & 0o005) === 0o005 ? undefined : "cannot be read by others";
}

/** What install(1) makes no directory of. */
function obstructed(stat: FileStat | undefined): boolean {
  return stat !== undefined && stat.kind !== "directory";
}

function directoryStep(directory: string): RootStep {
  return {
    command: `install -d -o root -g root -m 755 ${quote(directory)}`,
    reason: "in it applications tell each other what they offer; it is root's, and writable by root alone",
    undo: `rm -r ${quote(directory)}`,
  };
}
