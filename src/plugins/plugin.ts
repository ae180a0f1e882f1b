/**
 * What a plugin is: a name that appinfo.yml can load, a schema for its options, and what it contributes. It never touches the machine.
 */
import type * as z from "zod/mini";
import type { AppInfo, RenderedFile } from "../definition/definition.ts";

/** What a plugin may know about the application when it contributes. */
export interface PluginContext {
  readonly app: AppInfo;
  readonly instance: string;
}

/** What a plugin adds to the application. */
export interface Contribution {
  /** Files under the home directory, for instance units named `ppm-*`. */
  readonly files?: readonly RenderedFile[];
  /** Full names of units among these files, to be enabled with the application's own. */
  readonly enableunits?: readonly string[];
  /** What the state file says under `plugins.NAME`. */
  readonly state?: Readonly<Record<string, unknown>>;
}

/** A plugin that ppm knows by name. Made by {@linkcode definePlugin} or {@linkcode announcePlugin}. */
export interface Plugin {
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  /** Exactly one of the plugins with the same role must be loaded. */
  readonly role: "backup" | undefined;
  /** undefined: not in this version of ppm. */
  readonly options: z.ZodMiniType | undefined;
  /** Makes contributions from options that `options` accepted. */
  contribute(options: unknown, context: PluginContext): Contribution;
}

/** A plugin as a definition loads it, its options checked. */
export interface LoadedPlugin {
  readonly name: string;
  readonly options: unknown;
  contribute(context: PluginContext): Contribution;
}
