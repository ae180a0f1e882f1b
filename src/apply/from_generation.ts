/** From a generation on the disk to a checked plan that brings it back: without config.yml, clone, template or renderer. */
import type { AppInfo, SecretValue } from "../definition/definition.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { digestOfSeen, readTimes, replaceTimes } from "../neighbours/published_times.ts";
import { requireStateDirectory } from "../neighbours/state_file.ts";
import type { Desired } from "../plan/desired.ts";
import { makePlan } from "../plan/plan.ts";
import { readManifest } from "../plan/read_manifest.ts";
import { targetOf } from "../plan/units.ts";
import { verifyUnits } from "../plan/verify.ts";
import { type Generation, lastGeneration, requireGeneration } from "./generations.ts";
import { knownSecrets } from "./known_secrets.ts";
import { observeAll } from "./observe_all.ts";
import type { Prepared } from "./prepare.ts";

/** How a generation is prepared. */
export interface PrepareGenerationOptions {
  /**
   * Whether systemd is asked about its units. What has run before is brought back though this machine would not have it anew: without, nothing would
   * run at all.
   * @default {true}
   */
  readonly verify?: boolean;
}

/**
 * Plans and verifies what has to be done so that generation `number` stands again; nothing where it does. Changes nothing. Throws
 * {@linkcode UserError} where the generation is not there, or is not what it was.
 */
export async function prepareGeneration(
  system: ReadSystem,
  number: number,
  { verify = true }: PrepareGenerationOptions = {},
): Promise<Prepared> {
  const generation = await requireGeneration(system, number);
  const { description, files } = generation;
  const manifest = readManifest(system);
  const secrets = knownSecrets(system); // what else a file of it holds is private, and not shown
  const desired = await toDesired(system, generation, secrets);
  const { inputs, neighbours, config, time } = description;
  const plan = makePlan({
    desired,
    files,
    observed: await observeAll(system, desired, files, manifest),
    manifest,
    inputs,
    lastGeneration: lastGeneration(system),
    number,
    before: [],
  });
  if (verify && plan.actions.some((action) => action.kind === "reload-manager")) {
    await verifyUnits(system, files, desired.units);
  }
  return { desired, files, plan, inputs, neighbours, config, time, secrets, warnings: [] };
}

/** What is to stand, as it was planned back then; only the times that the state file tells are those of today. */
async function toDesired(
  system: ReadSystem,
  { number, description, files, stateContent }: Generation,
  secrets: readonly SecretValue[],
): Promise<Desired> {
  const { units, config, source } = description;
  const app: AppInfo = {
    ...description.app,
    enableunits: units.filter((unit) => unit.enabled).map((unit) => unit.name),
    healthcheck: description.healthcheck,
    plugins: {},
    state: {},
  };
  const state = new TextDecoder().decode(stateContent);
  return {
    instance: description.instance,
    definition: { app, files, secrets },
    source: { ...source, configSha256: config.sha256 },
    files,
    units,
    backup: description.backup,
    upgrade: description.upgrade,
    watch: description.watch,
    healthcheck: description.healthcheck,
    grants: description.grants,
    ownUnits: description.ownUnits,
    target: targetOf(app),
    state: {
      path: statePath(system, number, description.stateFile?.path ?? ""),
      content: new TextEncoder().encode(replaceTimes(state, readTimes(system))),
      told: await digestOfSeen(state),
    },
  };
}

/** Throws where the state file was another user's: then the files are for another home directory too. */
function statePath(system: ReadSystem, number: number, path: string): string {
  const end = `/${system.user.name}/state.yml`;
  if (!path.endsWith(end)) {
    throw new UserError(`Cannot go back to generation ${number}: it was made for another user (${path})`, {
      hint: "What config.yml and the definition say today: ppm setup",
    });
  }
  requireStateDirectory(system, path.slice(0, -end.length));
  return path;
}
