/** `ppm lint`: everything that can be found out about a definition without a server. */
import type { Config } from "../config/config.ts";
import type { ReadSystem } from "../host/system.ts";
import type { Plugin } from "../plugins/plugin.ts";
import type { LintReport } from "./report.ts";

/** What a definition is judged with. */
export interface LintOptions {
  /** Every plugin that this ppm knows. */
  readonly registry: readonly Plugin[];
  /** The instance to judge it for; without it values are made up, and every branch of the definition is tried. */
  readonly config?: Config;
}

/** Judges the definition in `directory` (absolute), which is read and never changed. */
export function lint(_system: ReadSystem, _directory: string, _options: LintOptions): Promise<LintReport> {
  return Promise.reject(new Error("not yet"));
}
