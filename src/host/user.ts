/** Who ppm runs as. The user database says so; `$HOME` and `$USER` may be anybody's after `su` or `sudo`. */
import { UserError } from "../errors.ts";
import type { User } from "./system.ts";

/** Returns this process's user, from /etc/passwd or, for users that live in a directory service, from getent(1). */
export function lookUpUser(): User {
  const uid = Deno.uid() ?? 0;
  const entry = passwdEntry(Deno.readTextFileSync("/etc/passwd"), uid) ?? passwdEntry(askGetent(uid), uid);
  if (entry === undefined) {
    throw new UserError(`Cannot find the user with uid ${uid}: the user database does not know it`);
  }
  return entry;
}

/** Reads the entry for `uid` out of text in the form of passwd(5). */
export function passwdEntry(passwd: string, uid: number): User | undefined {
  for (const line of passwd.split("\n")) {
    const [name, , id, gid, , home] = line.split(":");
    if (name && id === String(uid) && home?.startsWith("/")) {
      const withoutSlash = home.length > 1 ? home.replace(/\/+$/, "") : home;
      return { name, uid, gid: Number(gid), home: withoutSlash, runtimedirectory: `/run/user/${uid}` };
    }
  }
  return undefined;
}

function askGetent(uid: number): string {
  try {
    const { stdout } = new Deno.Command("getent", { args: ["passwd", String(uid)] }).outputSync();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
