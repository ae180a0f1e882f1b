/** What the tests of appinfo.yml share: a renderer without a sandbox, and one call from two texts to the result. */
import { checkConfig } from "../../src/config/check_config.ts";
import { draftAppInfo, renderAppInfo, type RenderedAppInfo } from "../../src/definition/appinfo.ts";
import type { TemplateContext } from "../../src/definition/definition.ts";
import {
  type Renderer,
  type RenderJob,
  type RenderOutcome,
  startRenderer,
} from "../../src/definition/renderer.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import { previewSecrets } from "../../src/definition/secrets.ts";
import { PLUGINS } from "../../src/plugins/registry.ts";

/** What every template sees, whatever the files say. */
export const CONTEXT: Omit<TemplateContext, "app" | "variables" | "secrets"> = {
  user: { name: "app", uid: 1001, gid: 1001, home: "/home/app", runtimedirectory: "/run/user/1001" },
  host: { name: "pets" },
  paths: {
    home: "/home/app",
    data: "/home/app/data",
    config: "/home/app/config.yml",
    definition: "/home/app/.ppm/definition",
    statedirectory: "/var/lib/ppm/state",
  },
  neighbours: [],
  ppm: { version: "1" },
};

/** Evaluates `<%= EXPRESSION %>` and nothing else; undefined is a problem at the beginning of the text. */
export class FakeRenderer implements Renderer {
  readonly jobs: RenderJob[] = [];

  render(jobs: readonly RenderJob[], context: TemplateContext): Promise<readonly RenderOutcome[]> {
    this.jobs.push(...jobs);
    return Promise.resolve(jobs.map((job) => this.#renderOne(job, context)));
  }

  #renderOne(job: RenderJob, it: TemplateContext): RenderOutcome {
    const hashes: string[] = [];
    const passwordhash = (password: string) => {
      hashes.push(`hash of ${password}`);
      return `hash of ${password}`;
    };
    try {
      const text = job.text.replace(/<%=(.*?)%>/gs, (_tag, expression: string) => {
        const value: unknown = new Function("it", `return (${expression})`)({ ...it, passwordhash });
        if (value === undefined) throw new TypeError(`${expression.trim()} does not exist`);
        return String(value);
      });
      return { ok: true, text, hashes };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return {
        ok: false,
        problems: [{ file: job.file, line: job.line ?? 1, column: job.column ?? 1, message }],
      };
    }
  }
}

/** A config.yml with nothing but what is needed. */
export const CONFIG = "definition: { repository: /srv/hello.git }\n";

/** Checks and renders both files, as `ppm setup --dry-run` would. */
export async function render(
  appinfo: string,
  config = CONFIG,
  renderer: Renderer = startRenderer(new RealSystem()),
): Promise<RenderedAppInfo> {
  const draft = draftAppInfo(new TextEncoder().encode(appinfo), "appinfo.yml");
  const checked = checkConfig(config, { file: "config.yml", user: CONTEXT.user });
  const secrets = previewSecrets(draft.secrets, {});
  const key = new Uint8Array(32);
  return await renderAppInfo(draft, checked, { renderer, context: CONTEXT, secrets, key, registry: PLUGINS });
}
