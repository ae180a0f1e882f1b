/** Ends a switch that went well. The removal of `switch.json` is the moment from which the new generation is the one that stands. */
import { updateGenerationRecord } from "../apply/generation_record.ts";
import type { Hands } from "../apply/hands.ts";
import { stopRecovery } from "../backup/pause.ts";
import { publishTimes } from "../backup/state_times.ts";
import { readTimes } from "../neighbours/published_times.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { recordImages } from "./images.ts";
import { endSwitch, type Switch } from "./switch.ts";
import { accept, welcome } from "./upgrades.ts";
import { readGeneration } from "../apply/generations.ts";

/** Records that the generation which was tried is well. Killed anywhere and begun anew, it ends the same. */
export async function settleOn(hands: Hands, { other, commit, revision }: Switch): Promise<void> {
  const { system, clock } = hands;
  const generation = await readGeneration(system, other);
  const images = generation === undefined ? [] : await recordImages(system, generation.files);
  updateGenerationRecord(system, other, { outcome: "done", images });
  accept(system, { commit, revision }, { upgraded: clock.now() });
  welcome(system, commit);
  endSwitch(system);
  await stopRecovery(system);
  await publishTimes(system, requireManifest(system), readTimes(system));
}
