/** Tries a definition with one set of values: all that `ppm setup` would find, and what it would write. */
import { pluginStates, policiesAsked, stateOf } from "../apply/desire.ts";
import { settlePolicies } from "../apply/policies.ts";
import { baseContext, reservedPaths } from "../apply/render.ts";
import { Problems } from "../config/problems.ts";
import { type AppInfoDraft, renderAppInfo } from "../definition/appinfo.ts";
import { resolveVariables } from "../definition/appinfo_variables.ts";
import type { AppInfo, RenderedFile, SecretValue, Source } from "../definition/definition.ts";
import type { Renderer } from "../definition/renderer.ts";
import { previewSecrets } from "../definition/secrets.ts";
import { renderTemplates } from "../definition/templates.ts";
import { writtenForms } from "../definition/written_forms.ts";
import type { Problem } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { formatState } from "../neighbours/state_file.ts";
import { desiredUnits } from "../plan/desired.ts";
import type { ManifestUnit } from "../plan/manifest.ts";
import { ownUnits } from "../plan/own_units.ts";
import type { Contribution, LoadedPlugin, Plugin } from "../plugins/plugin.ts";
import type { Case } from "./cases.ts";
import { collect } from "./collect.ts";

/** What is tried, and how. */
export interface TrialInput {
  readonly source: Source;
  readonly draft: AppInfoDraft;
  readonly renderer: Renderer;
  readonly registry: readonly Plugin[];
  /** Whether systemd can be asked what it makes of a calendar expression. */
  readonly calendars: boolean;
}

/** What came of it. */
export interface Trial {
  readonly problems: readonly Problem[];
  /** Whether the templates were rendered: not where nobody knows what they could name. */
  readonly rendered: boolean;
  /** What would be written; undefined where a problem keeps it from being known. */
  readonly outcome: Outcome | undefined;
}

/** What would be written. */
export interface Outcome {
  readonly app: AppInfo;
  readonly plugins: readonly LoadedPlugin[];
  /** What plugins publish, by name. */
  readonly published: Readonly<Record<string, unknown>>;
  /** The definition's own files. */
  readonly files: readonly RenderedFile[];
  /** What stands beside them: what plugins add, and ppm's own units. */
  readonly added: readonly RenderedFile[];
  readonly units: readonly ManifestUnit[];
}

/** What templates are rendered with, as far as appinfo.yml tells. */
interface Known {
  readonly app: AppInfo;
  readonly variables: Parameters<Renderer["render"]>[1]["variables"];
  readonly secretVariables: readonly SecretValue[];
}

/** Where a config.yml of the sample user stands. */
const CONFIG_PATH = "/home/app/config.yml";

/** Where units find ppm; that it stands there is not for a definition to answer. */
const PPM = { executable: "/usr/local/bin/ppm", options: [] };

/** 32 zero bytes: what `passwordhash` gets as long as there is no instance. */
const KEY = new Uint8Array(32);

/** Renders everything with the values of `tried`, and asks every check of a setup that needs no server. */
export async function tryOut(system: ReadSystem, input: TrialInput, tried: Case): Promise<Trial> {
  const { source, draft, renderer, registry } = input;
  const { config } = tried;
  const problems = new Problems();
  const secrets = previewSecrets(draft.secrets, {});
  const place = { config, configPath: CONFIG_PATH, neighbours: tried.neighbours };
  const context = baseContext(system, place);
  const options = { renderer, context, secrets, key: KEY, registry };
  const rendered = await collect(problems, () => renderAppInfo(draft, config, options));
  const known: Known | undefined = rendered ?? await guess(draft, config, options);
  if (known === undefined) return { problems: problems.all, rendered: false, outcome: undefined };
  const values = [
    ...Object.entries(secrets).map(([name, value]) => ({ name, value })),
    ...known.secretVariables,
  ].flatMap(writtenForms);
  const templates = await collect(problems, () =>
    renderTemplates(source, {
      app: known.app,
      renderer,
      context: { ...context, app: known.app, variables: known.variables, secrets },
      key: KEY,
      secrets: values,
      reserved: reservedPaths(system, place),
    }));
  const outcome = rendered && templates &&
    await assemble(system, input, {
      config,
      usesNeighbours: tried.neighbours !== undefined,
      app: rendered.app,
      plugins: rendered.plugins,
      files: templates.files,
      secrets: [...values, ...templates.hashes],
      problems,
    });
  return { problems: problems.all, rendered: true, outcome };
}

/** Where appinfo.yml has a fault that templates do not depend on, they are looked at all the same. */
async function guess(
  draft: AppInfoDraft,
  config: Case["config"],
  options: Parameters<typeof renderAppInfo>[2],
): Promise<Known | undefined> {
  const problems = new Problems();
  problems.addAll(draft.problems);
  if (problems.count > 0) return undefined;
  const variables = await resolveVariables(draft, config, options, problems);
  if (problems.count > 0) return undefined;
  const text = (key: string) => {
    const value = draft.document.value[key];
    return typeof value === "string" && value !== "" && !value.includes("<%") ? value : "sample";
  };
  const app: AppInfo = {
    name: text("name"),
    description: text("description"),
    version: text("version"),
    mainunit: text("mainunit"),
    enableunits: [],
    healthcheck: null,
    plugins: {},
    state: {},
  };
  return { app, variables: variables.values, secretVariables: variables.secrets };
}

/** A definition whose files are rendered. */
interface Assembly {
  readonly config: Case["config"];
  readonly usesNeighbours: boolean;
  readonly app: AppInfo;
  readonly plugins: readonly LoadedPlugin[];
  readonly files: readonly RenderedFile[];
  readonly secrets: readonly SecretValue[];
  readonly problems: Problems;
}

/** Every check is asked, whatever another one found. */
async function assemble(
  system: ReadSystem,
  { source, draft: { document }, calendars }: TrialInput,
  { config, usesNeighbours, app, plugins, files, secrets, problems }: Assembly,
): Promise<Outcome> {
  const contributions = plugins.map((plugin) => plugin.contribute({ app, instance: config.instance }));
  const ofPlugins = contributions.flatMap((contribution) => contribution.files ?? []);
  const enableunits = [...app.enableunits, ...contributions.flatMap((each) => each.enableunits ?? [])];
  const whole = { app: { ...app, enableunits }, files: [...files, ...ofPlugins], secrets };
  const locate = (path: readonly (string | number)[]) => document.position(path);
  const units = await collect(problems, () => desiredUnits(whole, whole.files, locate)) ?? [];
  const place = { config, appinfo: document, units, usesNeighbours };
  const asked = asksOf(contributions, calendars);
  const policies = await collect(problems, () => settlePolicies(system, asked, place));
  const { instance, statedirectory, notify } = config;
  const own = ownUnits(app, units, { instance, statedirectory, notify, ppm: PPM, ...policies ?? asked });
  const published = pluginStates(plugins, contributions);
  await collect(problems, () => {
    const state = stateOf(system, { config, source }, { app, units, plugins: published });
    return formatState(state, secrets, document.position(["state"]));
  });
  return { app, plugins, published, files, added: [...ofPlugins, ...own.files], units };
}

/** Without systemd nobody knows what a calendar expression means. */
function asksOf(
  contributions: readonly Contribution[],
  calendars: boolean,
): ReturnType<typeof policiesAsked> {
  const asked = policiesAsked(contributions);
  if (calendars) return asked;
  return {
    ...asked,
    backup: asked.backup && { ...asked.backup, oncalendar: null },
    upgrade: null,
  };
}
