/** A name that nothing has yet. */
import type { ReadSystem } from "../host/system.ts";

/** Returns `name`, a path relative to the home directory, or `name-2`, `name-3` … where something stands there already. */
export function freeName(system: ReadSystem, name: string): string {
  for (let count = 1;; count++) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    if (system.lstat(`${system.user.home}/${candidate}`) === undefined) return candidate;
  }
}
