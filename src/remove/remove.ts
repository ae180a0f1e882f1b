/**
 * Takes an application off this server. First the ground: a fence, raised over a proven snapshot. From then on nothing leads back, and whoever
 * comes next goes on: the fence is the journal, and the last thing that goes.
 */
import type { Hands } from "../apply/hands.ts";
import { type Fence, writeFence } from "../backup/fence.ts";
import { keptAside } from "../backup/kept_aside.ts";
import { removeStagings } from "../backup/staging.ts";
import { temporaryPath } from "../host/durable_file.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { FENCE_FILE, HOLD_FILE, LOCK_FILE, PPM_DIRECTORY, REMOVED_PREFIX } from "../layout.ts";
import type { Manifest } from "../plan/manifest.ts";
import { ownPaths } from "../plan/plan.ts";
import { readManifest } from "../plan/read_manifest.ts";
import { settleInterrupted } from "../upgrade/interrupted.ts";
import { chooseGround, type Ground, type RemovalRequest, unproven } from "./choose_ground.ts";
import { prepareRemoval } from "./prepare_removal.ts";
import { raiseFence } from "./raise_fence.ts";
import { describeRemoval, type RemovalStep } from "./removal_steps.ts";
import { takeStep } from "./take_step.ts";

/** What was done. */
export interface Removed {
  /** The id, which may be shortened, of the snapshot that holds the data; null where none was made. */
  readonly snapshot: string | null;
  readonly steps: readonly RemovalStep[];
}

/** Removes; returns undefined where there was nothing to do. Throws (exit code 8) with nothing removed where nothing proves that the data is safe. Whoever calls it holds the lock. */
export async function remove(hands: Hands, request: RemovalRequest): Promise<Removed | undefined> {
  const { system, output } = hands;
  await settleInterrupted(hands);
  const manifest = readManifest(system);
  const ground = await chooseGround(hands, manifest, request);
  if (ground === undefined) return undefined;
  await prepareRemoval(system, manifest, request); // what stands in the way is told before anything is stopped
  const fence = await fenceFor(hands, manifest, { ground, request });
  const steps = await prepareRemoval(system, manifest, fence);
  for (const path of ownPaths(manifest)) system.removeFile(temporaryPath(`${system.user.home}/${path}`));
  for (const step of steps) {
    const { what, why } = describeRemoval(step);
    output.info(`${what} (${why})`);
    await takeStep(system, step);
  }
  await removeStagings(system, REMOVED_PREFIX);
  for (const path of [HOLD_FILE, FENCE_FILE]) system.removeFile(`${system.user.home}/${path}`);
  await tellWhatStays(hands, fence);
  return { snapshot: fence.snapshot, steps };
}

/** Removes the lock, and `.ppm/` if nothing is left in it, once nothing is set up any more. */
export function tidyUp(system: System): void {
  if (readManifest(system) !== undefined) return;
  system.removeFile(`${system.user.home}/${LOCK_FILE}`);
  system.removeEmptyDirectory(`${system.user.home}/${PPM_DIRECTORY}`);
}

/** What a removal would do, for people and programs to read; undefined: nothing. Throws what the removal would be refused with beforehand. */
export async function previewRemoval(
  hands: Hands<ReadSystem>,
  request: RemovalRequest,
): Promise<{ readonly ground: Ground; readonly steps: readonly RemovalStep[] } | undefined> {
  const manifest = readManifest(hands.system);
  const ground = await chooseGround(hands, manifest, request);
  if (ground === undefined) return undefined;
  const data = request.data || ("fence" in ground && ground.fence?.data === true);
  return { ground, steps: await prepareRemoval(hands.system, manifest, { data }) };
}

/** Raises the fence, or makes the one that stands that of a removal. */
async function fenceFor(
  hands: Hands,
  manifest: Manifest | undefined,
  { ground, request: { data } }: { readonly ground: Ground; readonly request: RemovalRequest },
): Promise<Fence> {
  const { system, clock, output } = hands;
  const time = new Date(clock.now()).toISOString();
  const bare: Fence = { version: 1, purpose: "remove", time, snapshot: null, data };
  switch (ground.kind) {
    case "begun":
      output.info(`Going on with the removal that was begun at ${ground.fence.time}`);
      return writeFence(system, ground.fence);
    case "elsewhere":
      output.info(
        `No backup is needed: ${ground.words}, and the snapshot ${ground.snapshot.slice(0, 8)} is there`,
      );
      return writeFence(system, { ...bare, snapshot: ground.snapshot });
    case "bare":
      output.info(`No backup is made: ${ground.why}`);
      if (manifest === undefined || ground.fence !== undefined) {
        return writeFence(system, { ...bare, snapshot: ground.fence?.snapshot ?? null });
      }
      return await raiseFence(hands, { manifest, backup: undefined, purpose: "remove", data });
    case "save":
      if (manifest === undefined) throw new Error("what is not set up is not backed up");
      try {
        return await raiseFence(hands, { manifest, backup: ground.backup, purpose: "remove", data });
      } catch (error) {
        throw unproven(manifest, error);
      }
  }
}

/** Says what is left, and where the data is. */
async function tellWhatStays({ system, output }: Hands, { snapshot, data }: Fence): Promise<void> {
  if (snapshot !== null) output.info(`The snapshot ${snapshot.slice(0, 8)} holds the data`);
  if (!data) output.info("data/, the secrets and config.yml stay: ppm setup brings the application back");
  for (const { name } of await keptAside(system)) output.info(`${name} stays: it was kept aside`);
}
