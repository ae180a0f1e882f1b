/**
 * What a plugin is: a name that appinfo.yml can load, a schema for its options, and what it contributes. It never touches the machine.
 */
import type * as z from "zod/mini";
import type { Place } from "../config/place.ts";
import type { Problems } from "../config/problems.ts";
import { checkValue } from "../config/schema.ts";
import type { BackupPolicy } from "../definition/backup_policy.ts";
import type { AppInfo, RenderedFile } from "../definition/definition.ts";
import type { UpgradePolicy } from "../definition/upgrade_policy.ts";
import type { WatchPolicy } from "../definition/watch_policy.ts";

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
  /** How the application is backed up: ppm's own units follow from it. Of plugins with the role `backup` alone. */
  readonly backup?: BackupPolicy;
  /** How the application upgrades itself: ppm's own units follow from it. */
  readonly upgrade?: UpgradePolicy;
  /** How the application follows its neighbours: ppm's own units follow from it. */
  readonly watch?: WatchPolicy;
  /** What the state file says under `plugins.NAME`. */
  readonly state?: Readonly<Record<string, unknown>>;
}

/** What people, and the list of plugins, know of one. */
interface Description {
  /** As appinfo.yml names it. */
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  /** Of the plugins with one role, exactly one must be loaded. */
  readonly role?: "backup";
}

/** A plugin that ppm knows by name. Made by {@linkcode definePlugin}. */
export interface Plugin extends Description {
  /** The schema of its options. */
  readonly schema: z.ZodMiniType;
  /** Checks the options at `place`; returns undefined, with problems, if they are wrong. */
  load(options: unknown, place: Place, problems: Problems): LoadedPlugin | undefined;
}

/** A plugin as a definition loads it, its options checked. */
export interface LoadedPlugin extends Description {
  readonly options: unknown;
  contribute(context: PluginContext): Contribution;
}

/** Makes a plugin from the schema of its options and a pure function from options that passed to what it contributes. */
export function definePlugin<S extends z.ZodMiniType>(
  plugin: Description & {
    readonly schema: S;
    contribute(options: z.output<S>, context: PluginContext): Contribution;
  },
): Plugin {
  const { schema, contribute, ...description } = plugin;
  return {
    ...description,
    schema,
    load(value, place, problems) {
      const options = checkValue(schema, value, place, problems);
      return options === undefined
        ? undefined
        : { ...description, options, contribute: (context) => contribute(options, context) };
    },
  };
}
