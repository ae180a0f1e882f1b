/** Moves the clone's work tree to another commit, so that a kill at any moment can be healed. */
import type { Clock } from "../host/clock.ts";
import type { ReadSystem, System } from "../host/system.ts";

export function requireCleanClone(_system: ReadSystem): Promise<void> {
  throw new Error("not yet");
}

export function moveClone(_system: System, _commit: string): Promise<void> {
  throw new Error("not yet");
}

/** Returns whether a killed move was finished. */
export function finishMove(_system: System, _options: { readonly clock?: Clock } = {}): Promise<boolean> {
  throw new Error("not yet");
}
