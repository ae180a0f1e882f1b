/** A fenced application is down as it should be: nothing of it waits for anything, and its backups may be another server's by now. */
import { afterFence, type Fence, fenceWords, readFence } from "../backup/fence.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { type Finding, findingsOf } from "./finding.ts";

/** `unclear`: it cannot be understood, and keeps the application down all the same. undefined: none stands. */
export type FenceLook = Fence | "unclear" | undefined;

/** Looks whether the application is fenced; of one that is not, there is nothing to say. */
export function examineFence(
  system: ReadSystem,
): { readonly fence: FenceLook; readonly findings: readonly Finding[] } {
  const { note, wrong } = findingsOf("fence");
  try {
    const fence = readFence(system);
    if (fence === undefined) return { fence, findings: [] };
    const finding = note(`the application ${fenceWords(fence)}`, {
      why: "It stays down until somebody says otherwise.",
      mend: [afterFence(fence)],
    });
    return { fence, findings: [finding] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const finding = wrong(error.message, {
      why: "It keeps the application down, and nobody can tell what for.",
      advice: error.hint ?? "",
    });
    return { fence: "unclear", findings: [finding] };
  }
}
