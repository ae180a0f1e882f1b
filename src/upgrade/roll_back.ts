/** Goes back to an earlier generation because an administrator says so. */
import type { Hands } from "../apply/hands.ts";
import { lookBefore, unitsToTry } from "./try_out.ts";
import { requireGeneration } from "../apply/generations.ts";
import { targetOf } from "../plan/units.ts";
import { RECOVER_TIMER } from "../backup/pause.ts";
import { cloneDirectory } from "../definition/clone.ts";
import { knownCommit } from "../definition/clone_revision.ts";
import { runSystemctl, systemctl } from "../host/systemd.ts";
import type { Manifest } from "../plan/manifest.ts";
import { type Returned, returnTo } from "./return_to.ts";
import { configText, writeSwitch } from "./switch.ts";
import { quarantine } from "./upgrades.ts";
import { UserError } from "../errors.ts";
import { stuck } from "./go_back.ts";

/** A rollback that was thought through. */
export interface RollbackJob {
  /** What stands. */
  readonly manifest: Manifest;
  /** The generation that is meant. */
  readonly goal: number;
  /** Its commit. */
  readonly goalCommit: string;
  /** The snapshot whose data is put back with it; null: data stays as it is. */
  readonly snapshot: string | null;
  readonly revision: string | undefined;
}

/** Carries a rollback out. Whoever calls it holds the lock. From the moment the switch is written, whatever interrupts it is finished by whoever comes next. */
export async function rollBack(hands: Hands, job: RollbackJob): Promise<Returned> {
  const { system, clock } = hands;
  const { manifest, goal, goalCommit, snapshot, revision } = job;
  const { description } = await requireGeneration(system, goal);
  const { tried } = unitsToTry(await lookBefore(system, manifest), {
    from: manifest,
    to: { units: description.units, target: targetOf(description.app) },
    changed: [],
  });
  const time = new Date(clock.now()).toISOString();
  const newest = await knownCommit(system, cloneDirectory(system), revision);
  await runSystemctl(system, systemctl("start", [RECOVER_TIMER]));
  const begun = writeSwitch(system, {
    version: 1,
    operation: "rollback",
    phase: "returning",
    goal,
    other: manifest.generation,
    commit: manifest.source.commit,
    revision: revision ?? null,
    units: tried,
    tried: [],
    snapshot,
    restoresData: snapshot !== null,
    why: null,
    failedData: null,
    config: configText(system, manifest),
    scheduled: false,
    attempt: 1,
    told: null,
    time,
  });
  // What the timer would bring the very next night is not what the administrator has just gone away from.
  if (newest !== undefined && newest !== goalCommit) {
    quarantine(system, [{ commit: newest, time, why: leftBy(goal) }]);
  }
  try {
    return await returnTo(hands, begun);
  } catch (error) {
    throw error instanceof UserError ? stuck(begun, error) : error;
  }
}

function leftBy(goal: number): string {
  return `a rollback to generation ${goal} has left it`;
}
