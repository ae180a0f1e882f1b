/**
 * `appinfo.yml`, from a draft to {@linkcode AppInfo}: variables get their values, templates are rendered, the result is checked, plugins
 * are loaded. Free of effects, the sandbox aside.
 */
import type { Config } from "../config/config.ts";
import { Problems } from "../config/problems.ts";
import { checkValue } from "../config/schema.ts";
import { isMapping } from "../config/yaml.ts";
import type { LoadedPlugin, Plugin } from "../plugins/plugin.ts";
import type { AppInfoDraft } from "./appinfo_draft.ts";
import { loadPlugins } from "./appinfo_plugins.ts";
import { leaveTemplates, renderValue } from "./appinfo_render.ts";
import { APPINFO_SCHEMA } from "./appinfo_schema.ts";
import { checkState } from "./appinfo_state.ts";
import { resolveVariables } from "./appinfo_variables.ts";
import type { AppInfo, SecretValue, TemplateContext } from "./definition.ts";
import { toHealthcheck } from "./healthcheck_schema.ts";
import type { Renderer } from "./renderer.ts";
import type { VariableValue } from "./variables.ts";

export { type AppInfoDraft, draftAppInfo } from "./appinfo_draft.ts";

/** A definition's appinfo.yml for this instance. */
export interface RenderedAppInfo {
  readonly app: AppInfo;
  readonly variables: Readonly<Record<string, VariableValue>>;
  /** The values of variables of type secret, and password hashes made while rendering, for the list of what must not be shown. */
  readonly secretVariables: readonly SecretValue[];
  /** Every plugin the definition loads, its options checked. */
  readonly plugins: readonly LoadedPlugin[];
}

/** What {@linkcode renderAppInfo} needs besides the files. */
export interface RenderAppInfoOptions {
  readonly renderer: Renderer;
  /** `it` without what this step finds out. */
  readonly context: Omit<TemplateContext, "app" | "variables" | "secrets">;
  /** The values of all declared secrets, real ones or those of `previewSecrets`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The instance's key, for `passwordhash`; 32 zero bytes while there is none. */
  readonly key: Uint8Array;
  /** All plugins that this ppm knows by name. */
  readonly registry: readonly Plugin[];
}

/** Renders and checks what is left, with the values of config.yml. Rejects with {@linkcode InvalidError}: every problem of both files. */
export async function renderAppInfo(
  draft: AppInfoDraft,
  config: Config,
  options: RenderAppInfoOptions,
): Promise<RenderedAppInfo> {
  const problems = new Problems();
  problems.addAll(draft.problems);
  const variables = await resolveVariables(draft, config, options, problems);
  const rendered = await renderRest(draft, variables, options, problems);
  const place = { document: draft.document, path: [] };
  const app = checkValue(APPINFO_SCHEMA, rendered.value, place, problems);
  const raw = isMapping(rendered.value) ? rendered.value : {};
  if (raw.state !== undefined) checkState(raw.state, { ...place, path: ["state"] }, problems);
  const plugins = raw.plugins === undefined || isMapping(raw.plugins)
    ? loadPlugins(options.registry, raw.plugins ?? {}, { ...place, path: ["plugins"] }, problems)
    : [];
  problems.throwIfAny();
  if (app === undefined) throw new Error("appinfo.yml was refused without a problem");
  const { name, description = "", version, mainunit, enableunits, state = {} } = app;
  const healthcheck = app.healthcheck === undefined ? null : toHealthcheck(app.healthcheck);
  return {
    app: {
      name,
      description,
      version,
      mainunit,
      enableunits,
      healthcheck,
      plugins: app.plugins ?? {},
      state,
    },
    variables: variables.values,
    secretVariables: [...variables.secrets, ...hashValues([...variables.hashes, ...rendered.hashes])],
    plugins,
  };
}

/** With a problem in the declarations or the values, templates could only fail for the same reason once more. */
async function renderRest(
  { document }: AppInfoDraft,
  variables: { readonly values: TemplateContext["variables"] },
  { renderer, context, secrets, key }: RenderAppInfoOptions,
  problems: Problems,
) {
  if (problems.count > 0) return { value: leaveTemplates(document), hashes: [] };
  const all = { ...context, variables: variables.values, secrets };
  return await renderValue(
    document,
    { renderer, context: all, key, skip: ["variables", "secrets"] },
    problems,
  );
}

function hashValues(hashes: readonly string[]): readonly SecretValue[] {
  return hashes.map((value) => ({ name: "a password hash", value }));
}
