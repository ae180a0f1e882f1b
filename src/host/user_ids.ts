/** Which users there are: the user database, by name. */
import type { ReadSystem } from "./system.ts";

/** Whether `name` can be that of a user with an application: no option, no path, no uid, and nothing that anybody has to escape. */
export function isUserName(name: string): boolean {
  return /^(?![0-9]+$)[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$/.test(name);
}

/** See {@linkcode ReadSystem.userIds}: /etc/passwd, and for the others, who may live in a directory service, getent(1). */
export async function lookUpUserIds(
  system: ReadSystem,
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const local = userIdsIn(new TextDecoder().decode(system.readFile("/etc/passwd")));
  const others = names.filter((name) => !local.has(name) && isUserName(name));
  const remote = others.length > 0 && system.which("getent") !== undefined
    ? userIdsIn(await askGetent(system, others))
    : new Map<string, number>();
  return new Map(names.flatMap((name) => {
    const uid = local.get(name) ?? remote.get(name);
    return uid === undefined ? [] : [[name, uid]];
  }));
}

/** Reads text in the form of passwd(5); of a name that is there twice, the first counts, as for getpwnam(3). */
export function userIdsIn(passwd: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const line of passwd.split("\n")) {
    const [name = "", , uid = ""] = line.split(":", 3);
    if (name !== "" && /^[0-9]+$/.test(uid) && !found.has(name)) found.set(name, Number(uid));
  }
  return found;
}

/** Exit code 2: some of them are not known. */
async function askGetent(system: ReadSystem, names: readonly string[]): Promise<string> {
  const args = ["passwd", ...names];
  const { stdout } = await system.run({
    program: "getent",
    args,
    changes: false,
    directory: "/",
    accept: [0, 2],
    timeoutMs: 10_000,
  });
  return stdout;
}
