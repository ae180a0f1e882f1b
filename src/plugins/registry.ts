/** All plugins that this ppm knows, as a literal list. `cli.ts` hands it in; no other room imports it. */
import type { Plugin } from "./plugin.ts";

/** Every plugin that appinfo.yml can name. */
export const PLUGINS: readonly Plugin[] = [];
