/** Gives every declared variable its value: that of config.yml, or the default, which may be a template over the variables before it. */
import type { Config } from "../config/config.ts";
import type { Problems } from "../config/problems.ts";
import type { AppInfoDraft } from "./appinfo_draft.ts";
import { renderValue } from "./appinfo_render.ts";
import type { SecretValue, TemplateContext } from "./definition.ts";
import type { Renderer } from "./renderer.ts";
import { isTemplate } from "./variable_declarations.ts";
import { checkGiven, type Declaration, isSecret, judge, type VariableValue } from "./variables.ts";

/** What defaults are rendered with. */
export interface DefaultsOptions {
  readonly renderer: Renderer;
  readonly context: Omit<TemplateContext, "app" | "variables" | "secrets">;
  /** The instance's key, for `passwordhash`. */
  readonly key: Uint8Array;
}

/** The values of the variables, in the order of their declaration. */
export interface ResolvedVariables {
  readonly values: Readonly<Record<string, VariableValue>>;
  /** Those that must not be shown. */
  readonly secrets: readonly SecretValue[];
  /** Hashes that `passwordhash` made in defaults. */
  readonly hashes: readonly string[];
}

/** Resolves all variables; with problems, the values are incomplete, and no default is rendered after the first. */
export async function resolveVariables(
  draft: AppInfoDraft,
  config: Config,
  options: DefaultsOptions,
  problems: Problems,
): Promise<ResolvedVariables> {
  const raw = draft.document.value.variables;
  const given = checkGiven(draft.variables, {
    values: config.variables,
    place: { document: config.document, path: ["variables"] },
    declared: new Set(raw instanceof Object ? Object.keys(raw) : []),
  }, problems);
  const values: Record<string, VariableValue> = {};
  const hashes: string[] = [];
  for (const [name, declaration] of draft.variables) {
    const value = given.get(name) ??
      await defaultValue(name, declaration, values, { draft, options, problems, hashes });
    if (value !== undefined) values[name] = value;
  }
  return { values, secrets: secretValues(draft, values), hashes };
}

interface Defaults {
  readonly draft: AppInfoDraft;
  readonly options: DefaultsOptions;
  readonly problems: Problems;
  readonly hashes: string[];
}

async function defaultValue(
  name: string,
  declaration: Declaration,
  variables: TemplateContext["variables"],
  { draft: { document }, options: { renderer, context, key }, problems, hashes }: Defaults,
): Promise<VariableValue | undefined> {
  const path = ["variables", name, "default"];
  if (declaration.default === undefined) return undefined;
  if (!isTemplate(declaration.default)) {
    return judge(declaration, declaration.default, { document, path }, problems);
  }
  if (problems.count > 0) return undefined;
  const request = { renderer, key, context: { ...context, variables, secrets: {} }, path };
  const rendered = await renderValue(document, request, problems);
  hashes.push(...rendered.hashes);
  return problems.count > 0 ? undefined : judge(declaration, rendered.value, { document, path }, problems);
}

function secretValues(draft: AppInfoDraft, values: ResolvedVariables["values"]): readonly SecretValue[] {
  return [...draft.variables].filter(([, declaration]) => isSecret(declaration)).flatMap(([name]) =>
    [values[name]].flat().filter((value) => typeof value === "string").map((value) => ({ name, value }))
  );
}
