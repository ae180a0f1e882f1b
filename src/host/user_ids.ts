/** Which users there are: the user database, by name. */
import type { ReadSystem } from "./system.ts";

/** Whether `name` can be that of a user with an application: no option, no path, no uid, nothing to escape anywhere. */
export function isUserName(name: string): boolean {
  return /^(?![0-9]+$)[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$/.test(name);
}

/** Returns the uid of each of `names` that is a user: from /etc/passwd, the rest, who may live in a directory service, from getent(1). */
export function lookUpUserIds(
  _system: ReadSystem,
  _names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  throw new Error("not yet");
}
