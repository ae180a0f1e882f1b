/** Makes of a definition what is to stand for this instance: what was rendered, what plugins add, ppm's own units, the state file. */
import type { AppInfoDraft } from "../definition/appinfo.ts";
import type { Config } from "../config/config.ts";
import type { AppInfo, Source } from "../definition/definition.ts";
import type { Secrets } from "../definition/secrets.ts";
import type { Renderer } from "../definition/renderer.ts";
import { ownExecutable } from "../host/executable.ts";
import type { ReadSystem } from "../host/system.ts";
import { CONFIG_FILE } from "../layout.ts";
import type { Neighbour } from "../neighbours/neighbour.ts";
import { digestOfSeen, readTimes } from "../neighbours/published_times.ts";
import { formatState, type PublishedState, stateFilePath } from "../neighbours/state_file.ts";
import { type Desired, desiredUnits } from "../plan/desired.ts";
import type { ManifestUnit } from "../plan/manifest.ts";
import { grantsOf } from "../plan/grants.ts";
import { ownUnits } from "../plan/own_units.ts";
import { targetOf } from "../plan/units.ts";
import type { Contribution, LoadedPlugin, Plugin } from "../plugins/plugin.ts";
import { requireNotifyProgram } from "./notify_program.ts";
import { type Policies, settlePolicies } from "./policies.ts";
import { render } from "./render.ts";
import { Redaction } from "../ui/redaction.ts";

/** What {@linkcode desire} needs. */
export interface DesireInput {
  readonly config: Config;
  readonly configPath: string;
  readonly configSha256: string;
  readonly source: Source;
  readonly draft: AppInfoDraft;
  readonly renderer: Renderer;
  readonly registry: readonly Plugin[];
  readonly secrets: Secrets;
  readonly allSecrets: Secrets;
  readonly key: Uint8Array;
  /** What templates see of the other applications; undefined: the definition does not use them. */
  readonly neighbours: readonly Neighbour[] | undefined;
}

/** Returns everything that is to stand. Throws {@linkcode InvalidError} with every problem found. */
export async function desire(system: ReadSystem, input: DesireInput): Promise<Desired> {
  const { config, source } = input;
  const { rendered, templates, secrets } = await render(system, input);
  const { app } = rendered;
  const contributions = rendered.plugins.map((plugin) =>
    plugin.contribute({ app, instance: config.instance })
  );
  const files = [...templates.files, ...contributions.flatMap((contribution) => contribution.files ?? [])];
  const enableunits = [
    ...app.enableunits,
    ...contributions.flatMap((contribution) => contribution.enableunits ?? []),
  ];
  const definition = { app: { ...app, enableunits }, files, secrets };
  const { document } = input.draft;
  const units = desiredUnits(definition, files, (path) => document.position(path));
  requireNotifyProgram(system, config, files);
  const policies = await settlePolicies(system, policiesAsked(contributions), {
    config,
    appinfo: document,
    units,
    usesNeighbours: input.neighbours !== undefined,
  });
  const own = ownUnits(app, units, {
    instance: config.instance,
    ...policies,
    statedirectory: config.statedirectory,
    notify: config.notify,
    ppm: { executable: ownExecutable(system), options: optionsOf(system, input) },
  });
  const plugins = pluginStates(rendered.plugins, contributions);
  const grants = grantsOf({ files, plugins, state: app.state });
  // A command line may hold a secret; manifests and mails are no place for it.
  const redaction = new Redaction();
  redaction.add(secrets);
  const published = stateOf(system, input, { app, units, plugins });
  const state = formatState(published, secrets, document.position(["state"]));
  return {
    instance: config.instance,
    definition,
    source: {
      repository: source.repository,
      directory: source.directory,
      commit: source.commit,
      configSha256: input.configSha256,
    },
    files: [...files, ...own.files],
    units,
    ...policies,
    healthcheck: app.healthcheck,
    grants: grants.map((grant) => redaction.apply(grant)),
    ownUnits: own.enabled,
    target: targetOf(app),
    state: {
      path: stateFilePath(system, config.statedirectory),
      content: new TextEncoder().encode(state),
      told: await digestOfSeen(state),
    },
  };
}

/** Returns what plugins ask of backups, upgrades and neighbours. */
export function policiesAsked(contributions: readonly Contribution[]): Policies {
  return {
    backup: contributions.find((contribution) => contribution.backup !== undefined)?.backup ?? null,
    upgrade: contributions.find((contribution) => contribution.upgrade !== undefined)?.upgrade ?? null,
    watch: contributions.find((contribution) => contribution.watch !== undefined)?.watch ?? null,
  };
}

/** Returns what each plugin publishes, by its name; `contributions` are in the order of `plugins`. */
export function pluginStates(
  plugins: readonly Pick<LoadedPlugin, "name">[],
  contributions: readonly Contribution[],
): PublishedState["plugins"] {
  return Object.fromEntries(plugins.flatMap(({ name }, at) => {
    const state = contributions[at]?.state;
    return state === undefined ? [] : [[name, state] as const];
  }));
}

/** Returns what the state file is to say. */
export function stateOf(
  system: ReadSystem,
  { config, source }: Pick<DesireInput, "config" | "source">,
  { app, units, plugins }: Pick<PublishedState, "plugins"> & {
    readonly app: AppInfo;
    readonly units: readonly ManifestUnit[];
  },
): PublishedState {
  return {
    version: 1,
    instance: config.instance,
    user: system.user.name,
    host: system.hostname,
    app: { name: app.name, description: app.description, version: app.version },
    definition: { repository: source.repository, commit: source.commit },
    units: units.map((unit) => unit.name),
    plugins,
    state: app.state,
    times: readTimes(system),
  };
}

/** The options that every run of ppm gets which a unit starts: systemd knows nothing of `--config`. */
function optionsOf({ user }: ReadSystem, { configPath }: DesireInput): readonly string[] {
  return configPath === `${user.home}/${CONFIG_FILE}` ? [] : ["--config", configPath];
}
