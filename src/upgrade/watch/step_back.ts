/** Brings back the generation that stood before the neighbours changed: after a failure, and for whoever finds what a killed ppm left. */
import { apply } from "../../apply/apply.ts";
import { prepareGeneration } from "../../apply/from_generation.ts";
import { updateGenerationRecord } from "../../apply/generation_record.ts";
import type { Hands } from "../../apply/hands.ts";
import { lookAt } from "../../apply/units.ts";
import { UserError } from "../../errors.ts";
import { runSystemctl, systemctl } from "../../host/systemd.ts";
import { describe } from "../../plan/describe.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { requireManifest } from "../../plan/read_manifest.ts";
import { readWatch, type Step, updateWatch } from "./journal.ts";
import { lookAtRunning, reloadUnits } from "./reload.ts";

/** What is said of a generation that a kill or a power cut has ended: it is tried again. */
const INTERRUPTED = "it was interrupted";

/**
 * Ends the step that is open, if one is: the files of the generation before are put in place, what it had reloaded is reloaded once more, and what has
 * ended since is started. Each part can be done again. Returns why that generation is not well either, where it is not.
 */
export async function stepBack(hands: Hands): Promise<UserError | undefined> {
  const { system } = hands;
  const { step } = readWatch(system);
  if (step === null) return undefined;
  if (isUnderWay(step, requireManifest(system))) await bringBack(hands, step);
  const failure = await wake(hands, step);
  updateWatch(system, { step: null });
  return failure;
}

/** Whether what stands is what the step has left, and not what somebody has set up since. Pure. */
export function isUnderWay(
  { from, other, inputs }: Step,
  { generation, inputs: stands, pending }: Pick<Manifest, "generation" | "inputs" | "pending">,
): boolean {
  return pending === null ? generation === other && stands === inputs : [from, other].includes(generation);
}

async function bringBack({ system, clock, output }: Hands, { from, other, why }: Step): Promise<void> {
  output.info(`Bringing generation ${from} back: ${(why ?? INTERRUPTED).split("\n")[0]}`);
  const prepared = await prepareGeneration(system, from, { verify: false });
  const previous = requireManifest(system);
  await apply(system, { ...prepared, previous, nowMs: clock.now() }, (action) => {
    const { what, why } = describe(action);
    output.info(`${what} (${why})`);
  });
  updateGenerationRecord(system, other, { outcome: "failed", message: why ?? INTERRUPTED });
}

/** Whoever died of a reload has to be started, and may have died too often for systemd to do so. */
async function wake(hands: Hands, { running, reload }: Step): Promise<UserError | undefined> {
  const { system } = hands;
  try {
    const looked = await lookAt(system, running);
    const down = running.filter((unit) =>
      ["failed", "inactive"].includes(looked.get(unit)?.ActiveState ?? "")
    );
    if (down.length > 0) {
      await runSystemctl(system, { ...systemctl("reset-failed", down), accept: [0, 1] });
      await runSystemctl(system, systemctl("start", down));
    }
    const { active } = await lookAtRunning(hands, requireManifest(system));
    await reloadUnits(system, reload.filter((unit) => active.includes(unit) && !down.includes(unit)));
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
