/** Renders a definition with all that its templates know: this instance, its user and server, and the neighbours. */
import { renderAppInfo } from "../definition/appinfo.ts";
import type { TemplateContext } from "../definition/definition.ts";
import { renderTemplates } from "../definition/templates.ts";
import { writtenForms } from "../definition/written_forms.ts";
import type { ReadSystem } from "../host/system.ts";
import { CLONE_DIRECTORY, DATA_DIRECTORY } from "../layout.ts";
import { versionInfo } from "../version.ts";
import type { DesireInput } from "./desire.ts";

/** Renders appinfo.yml, then the templates; `secrets` is all that must not be shown, in every form that a template may have written. */
export async function render(system: ReadSystem, input: DesireInput) {
  const { config, source, renderer, key } = input;
  const base = baseContext(system, input);
  const rendered = await renderAppInfo(input.draft, config, {
    renderer,
    context: base,
    secrets: input.secrets,
    key,
    registry: input.registry,
  });
  const { app, variables } = rendered;
  const values = [
    ...Object.entries(input.allSecrets).map(([name, value]) => ({ name, value })),
    ...rendered.secretVariables,
  ].flatMap(writtenForms);
  const templates = await renderTemplates(source, {
    app,
    renderer,
    context: { ...base, app, variables, secrets: input.secrets },
    key,
    secrets: values,
    reserved: reservedPaths(system, input),
  });
  return { rendered, templates, secrets: [...values, ...templates.hashes] };
}

/** Returns the paths that config.yml names in the home directory, relative to it: they are the administrator's, and no template may replace them. */
export function reservedPaths(
  system: ReadSystem,
  { config, configPath }: Pick<DesireInput, "config" | "configPath">,
): readonly string[] {
  const { home } = system.user;
  const named = [configPath, config.backup?.passwordfile, config.definition.allowedsigners];
  return named.flatMap((path) => path?.startsWith(`${home}/`) ? [path.slice(home.length + 1)] : []);
}

/** Returns what templates know of the user, the server and the other applications. */
export function baseContext(
  system: ReadSystem,
  { config, configPath, neighbours }: Pick<DesireInput, "config" | "configPath" | "neighbours">,
): Omit<TemplateContext, "app" | "variables" | "secrets"> {
  const { home } = system.user;
  return {
    user: system.user,
    host: { name: system.hostname },
    paths: {
      home,
      data: `${home}/${DATA_DIRECTORY}`,
      config: configPath,
      definition: `${home}/${CLONE_DIRECTORY}`,
      statedirectory: config.statedirectory,
    },
    ...(neighbours === undefined ? {} : { neighbours }),
    ppm: { version: versionInfo().version },
  };
}
