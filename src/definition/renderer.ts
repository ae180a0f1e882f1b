/** Renders templates in a sandbox: the side that runs with ppm's permissions and watches the clock. */
import type { Problem } from "../errors.ts";
import type { TemplateContext } from "./definition.ts";

/** One text to render. */
export interface RenderJob {
  /** The file it comes from, as messages name it: `templates/web.service.eta`, `appinfo.yml`. */
  readonly file: string;
  readonly text: string;
  /** Where the text begins in that file, both from 1. @default {1, 1} */
  readonly line?: number;
  readonly column?: number;
}

/** What became of a job, in the order of the jobs. */
export type RenderOutcome =
  | {
    readonly ok: true;
    readonly text: string; /** Hashes that `passwordhash` made. */
    readonly hashes: readonly string[];
  }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A running sandbox. */
export interface Renderer {
  render(jobs: readonly RenderJob[], context: TemplateContext): Promise<readonly RenderOutcome[]>;
  close(): void;
}
