/** What the checks of one user stand on: its config.yml, and what the last setup made. */
import type { Config } from "../config/config.ts";
import { readConfig, requirePrivate } from "../config/config.ts";
import { InvalidError, UserError } from "../errors.ts";
import { quote } from "../host/command_line.ts";
import type { ReadSystem } from "../host/system.ts";
import { CONFIG_FILE, STATE_DIRECTORY } from "../layout.ts";
import type { Manifest } from "../plan/manifest.ts";
import { readManifest } from "../plan/read_manifest.ts";
import type { Output } from "../ui/output.ts";
import { examineFence, type FenceLook } from "./fence.ts";
import { faultIn, type Finding, findingsOf } from "./finding.ts";

export interface Ground {
  readonly system: ReadSystem;
  readonly output: Output;
  readonly nowMs: number;
  /** undefined: nothing was set up yet, or nobody can read what was. */
  readonly manifest: Manifest | undefined;
  /** undefined: there is none that could be used. */
  readonly config: Config | undefined;
  readonly fence: FenceLook;
  readonly statedirectory: string;
}

/** What is to be looked at. */
export interface Patient extends Pick<Ground, "system" | "output" | "nowMs"> {
  /** Absolute; undefined: the one of the last setup, or the one in the home directory. */
  readonly configFile: string | undefined;
}

/** Reads both; what is wrong with them is a finding, and no reason to look at nothing else. */
export function standOn(
  patient: Patient,
): { readonly ground: Ground; readonly findings: readonly Finding[] } {
  const { system, output, nowMs } = patient;
  const setup = readSetup(system);
  const { manifest } = setup;
  const path = patient.configFile ?? manifest?.config.file ?? `${system.user.home}/${CONFIG_FILE}`;
  const checked = checkConfigAt(system, path, manifest);
  const published = manifest?.stateFile?.path.split("/").slice(0, -2).join("/");
  const { fence, findings } = examineFence(system);
  const statedirectory = checked.config?.statedirectory ?? published ?? STATE_DIRECTORY;
  return {
    ground: { system, output, nowMs, manifest, config: checked.config, fence, statedirectory },
    findings: [checked.finding, setup.finding, ...findings],
  };
}

function checkConfigAt(
  system: ReadSystem,
  path: string,
  manifest: Manifest | undefined,
): { readonly config: Config | undefined; readonly finding: Finding } {
  const { good, wrong } = findingsOf("config");
  try {
    const { config } = readConfig(system, path);
    if (manifest?.config.holdsSecret) requirePrivate(system, path, "a secret");
    return { config, finding: good(`${path} says how "${config.instance}" is to be`) };
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    const { what, all } = faultIn(path, error);
    const finding = wrong(what, {
      why: "Without a config.yml that ppm can use, nothing can be set up, backed up or restored.",
      advice: all || (error.hint === undefined ? `Correct it in ${path}` : ""),
      ...remedy(error.hint, `ppm must be able to use ${path}`),
    });
    return { config: undefined, finding };
  }
}

/** Tells a hint that is a command from one that is a text: `chmod …`, `As root: chown …`. */
function remedy(
  hint: string | undefined,
  reason: string,
): Partial<Pick<Finding, "advice" | "mend" | "rootSteps">> {
  if (hint === undefined) return {};
  const root = /^As root: (chown .*)$/.exec(hint)?.[1];
  if (root !== undefined) {
    return { rootSteps: [{ command: root, reason, undo: "nothing needs it as it was" }] };
  }
  return hint.startsWith("chmod ") ? { mend: [hint] } : { advice: hint };
}

function readSetup(
  system: ReadSystem,
): { readonly manifest: Manifest | undefined; readonly finding: Finding } {
  const { good, wrong, note } = findingsOf("setup");
  try {
    const manifest = readManifest(system);
    if (manifest === undefined) {
      return {
        manifest,
        finding: note("nothing was set up yet", {
          why: "What an application needs of this server is known only after its first setup.",
          mend: ["ppm setup"],
        }),
      };
    }
    const { app, generation } = manifest;
    return { manifest, finding: good(`${app.name} ${app.version} stands here, generation ${generation}`) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const finding = wrong(error.message, {
      why: "It tells ppm's files from everybody else's; without it, ppm takes all of them for foreign.",
      advice: error.hint ?? "",
    });
    return { manifest: undefined, finding };
  }
}

/** Whether the application runs containers; undefined before the first setup. */
export function runsContainers({ manifest }: Pick<Ground, "manifest">): boolean | undefined {
  return manifest?.units.some((unit) => unit.containers);
}

/** The user's name, as commands need it. */
export function userWord({ user }: Pick<ReadSystem, "user">): string {
  return quote(user.name);
}
