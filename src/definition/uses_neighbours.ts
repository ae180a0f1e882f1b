/** Whether a definition uses `it.neighbours`: what it does not use, nobody reads, checks, or renders anew for. Pure. */
import type { Source } from "./definition.ts";

/** Whether the word `neighbours` stands in appinfo.yml or in a template. A comment counts, the plugin `neighbours_watch` does not. */
export function usesNeighbours({ appinfo, templates }: Pick<Source, "appinfo" | "templates">): boolean {
  const rendered = templates.filter(({ path }) => path.endsWith(".eta"));
  const texts = [appinfo, ...rendered.map(({ content }) => content)];
  return texts.some((text) => /\bneighbours\b/.test(new TextDecoder().decode(text)));
}
