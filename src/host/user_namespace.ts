/** Rootless podman's user namespace, in which files that containers wrote belong to somebody, and can be read and given back. */
import type { Invocation, ReadSystem } from "./system.ts";

export function unshared(_invocation: Invocation): Invocation {
  throw new Error("not yet");
}

export function hasSubordinateIds(_system: ReadSystem): boolean {
  throw new Error("not yet");
}
