/** Which generation a rollback means, and which snapshot holds its data. Pure, but for reading what is on the disk. */
import { readGenerationRecord } from "../apply/generation_record.ts";
import { listGenerations } from "../apply/generations.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";

/**
 * Returns the number of the generation that is meant: `wanted`, or else the last one that was well and stood before `manifest`'s was made. Throws
 * where there is none.
 */
export function chooseGeneration(system: ReadSystem, manifest: Manifest, wanted: number | undefined): number {
  const numbers = listGenerations(system);
  const hint = "See which there are: ppm history";
  if (wanted !== undefined) {
    if (!numbers.includes(wanted)) {
      throw new UserError(`Cannot go back to generation ${wanted}: there is none`, { hint });
    }
    return wanted;
  }
  const isWell = (number: number) =>
    numbers.includes(number) && readGenerationRecord(system, number).outcome === "done";
  const before = predecessors(system, manifest.generation).find(isWell) ??
    numbers.findLast((number) => number < manifest.generation && isWell(number));
  if (before !== undefined) return before;
  throw new UserError(`Cannot go back: there is no generation before ${manifest.generation}`, { hint });
}

/** Returns what stood before, the last one first: after a rollback the number before is of one that was left, and not of what stood. */
function predecessors(system: ReadSystem, number: number): readonly number[] {
  const { previous } = readGenerationRecord(system, number);
  return previous === null || previous >= number ? [] : [previous, ...predecessors(system, previous)];
}

/** Returns the id, which may be shortened, of the newest snapshot that was taken while `generation` stood, before an upgrade; throws where there is none. */
export function snapshotOf(system: ReadSystem, generation: number): string {
  const snapshots = listGenerations(system).map((number) => readGenerationRecord(system, number))
    .filter(({ previous }) => previous === generation).flatMap(({ snapshot }) => snapshot ?? []);
  const newest = snapshots.at(-1);
  if (newest !== undefined) return newest;
  throw new UserError(
    `Cannot go back to generation ${generation} with its data: no upgrade has saved it when it was left`,
    { hint: "See what the repository holds (ppm snapshots); after a rollback: ppm restore SNAPSHOT" },
  );
}
