/** Whether the neighbours are to be followed right now: asked before anything is rendered. */
import type { Hands } from "../../apply/hands.ts";
import { readConfig } from "../../config/config.ts";
import { cloneDirectory } from "../../definition/clone.ts";
import type { Clone } from "../../definition/clone.ts";
import type { ReadSystem } from "../../host/system.ts";
import { lookAround, surroundingsOf } from "../../neighbours/surroundings.ts";
import { sha256 } from "../../plan/digest.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { readManifest } from "../../plan/read_manifest.ts";
import { isInterrupted } from "../interrupted.ts";
import { readWatch } from "./journal.ts";

/** What is to be rendered anew: what stands, from its own commit, with the config.yml that it was made from. */
export interface Worthwhile {
  readonly manifest: Manifest;
  readonly checked: ReturnType<typeof readConfig> & { readonly configPath: string };
  readonly clone: Clone;
}

/** Looks; says why where everything is left as it stands: `known` where what stands was made from what they publish, undefined for any other reason. */
export async function lookAtNeighbours(
  { system, output }: Hands<ReadSystem>,
): Promise<Worthwhile | "known" | undefined> {
  const manifest = readManifest(system);
  if (manifest === undefined) return void output.info("Nothing to do: nothing was set up yet");
  if (isInterrupted(system)) {
    return void output.warn("Everything is left as it stands: something was interrupted. Next: ppm recover");
  }
  if (manifest.pending !== null) {
    return void output.warn("Everything is left as it stands: a setup was interrupted. Next: ppm setup");
  }
  if (manifest.neighbours === null) {
    return void output.info("Nothing to do: the definition makes nothing of its neighbours");
  }
  const { file } = manifest.config;
  const bytes = system.readFile(file);
  if (bytes === undefined || await sha256(bytes) !== manifest.config.sha256) {
    return void output.warn(
      "Everything is left as it stands: config.yml has changed since the last setup. Next: ppm setup",
    );
  }
  const checked = { configPath: file, ...readConfig(system, file) };
  const { statedirectory, definition } = checked.config;
  const known = await lookAround(system, statedirectory)();
  const { sha256: seen, warnings } = await surroundingsOf(known, { user: system.user.name, statedirectory });
  if (seen === manifest.neighbours) {
    warnings.forEach((warning) => output.warn(warning));
    output.info(`Nothing to do: generation ${manifest.generation} knows its neighbours as they are`);
    return "known";
  }
  const { failed } = readWatch(system);
  if (failed?.neighbours === seen) {
    const [why] = failed.why.split("\n");
    return void output.warn(
      `Everything is left as it stands: with its neighbours as they are, the application was not well (${why}). To try it once more: ppm setup`,
    );
  }
  const { repository } = definition;
  const { commit } = manifest.source; // not that of the clone: somebody may have pulled, and looks at it still
  const clone = { directory: cloneDirectory(system), commit, repository, isNew: false, warnings: [] };
  return { manifest, checked, clone };
}
