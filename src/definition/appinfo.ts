/**
 * `appinfo.yml`, from its bytes to {@linkcode AppInfo}, in two steps: what can be said before anything is rendered (`draftAppInfo`),
 * and the rest (`renderAppInfo`). Both are free of effects, the sandbox aside.
 */
import type { Config } from "../config/config.ts";
import type { Problem } from "../errors.ts";
import type { LoadedPlugin, Plugin } from "../plugins/plugin.ts";
import type { YamlDocument } from "../config/yaml.ts";
import type { AppInfo, SecretValue, TemplateContext } from "./definition.ts";
import type { Renderer } from "./renderer.ts";
import type { SecretDeclarations } from "./secrets.ts";
import type { Declarations, VariableValue } from "./variables.ts";

/** An appinfo.yml that was read, before anything of it is rendered. */
export interface AppInfoDraft {
  readonly document: YamlDocument;
  readonly variables: Declarations;
  /** What `completeSecrets` needs. */
  readonly secrets: SecretDeclarations;
  /** The name of a variable that is a secret and that config.yml must therefore keep private, if there is one. */
  readonly secretVariable: string | undefined;
  /** What is wrong so far; `renderAppInfo` finds the rest and throws all of it together. */
  readonly problems: readonly Problem[];
}

/** A definition's appinfo.yml for this instance. */
export interface RenderedAppInfo {
  readonly app: AppInfo;
  readonly variables: Readonly<Record<string, VariableValue>>;
  /** The values of variables of type secret, for the list of what must not be shown. */
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
  /** All plugins that this ppm knows by name. */
  readonly registry: readonly Plugin[];
}

/** Reads an appinfo.yml as far as its templates allow. Throws {@linkcode InvalidError} only if it is no YAML; other problems are in the draft. */
export function draftAppInfo(_appinfo: Uint8Array, _file: string): AppInfoDraft {
  throw new Error("unwritten");
}

/** Renders and checks the rest, with the values of config.yml. Rejects with {@linkcode InvalidError}: every problem of both files. */
export function renderAppInfo(
  _draft: AppInfoDraft,
  _config: Config,
  _options: RenderAppInfoOptions,
): Promise<RenderedAppInfo> {
  throw new Error("unwritten");
}
