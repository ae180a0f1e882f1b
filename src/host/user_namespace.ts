/** Rootless podman's user namespace, in which files that containers wrote belong to somebody, and can be read and given back. */
import type { Invocation, ReadSystem } from "./system.ts";

/**
 * Stands between podman and a program inside its user namespace. `podman unshare` starts itself once more, so that neither a signal nor its
 * own death reaches the program (podman 4.3 and 5.4): instead this shell leaves somebody behind who reads standard input, which ppm holds
 * open. A line there asks the program to end (SIGINT: restic takes its lock away then); the end of it, which comes also when ppm is
 * killed, kills it. The program takes the shell's place and reads nothing.
 */
const KEEPER = "p=$$; exec 3<&0 </dev/null; " +
  "{ read -r line <&3 && kill -INT $p; cat <&3; kill -KILL $p; } >/dev/null 2>&1 & " +
  'exec "$@" 3<&-';

/** Returns the invocation that runs the same inside `podman unshare`, where the user is root and its subordinate ids are the others. */
export function unshared(invocation: Invocation): Invocation {
  if (invocation.stdin !== undefined) {
    throw new Error(`${invocation.program} cannot be fed inside podman unshare`);
  }
  return {
    ...invocation,
    program: "podman",
    args: ["unshare", "sh", "-c", KEEPER, "sh", invocation.program, ...invocation.args],
    keeper: true,
  };
}

/**
 * Whether the user has subordinate ids (subuid(5)), and so containers whose files belong to others. Ranges that a directory service
 * hands out are not seen: rootless podman with those is rare, and says itself what is missing.
 */
export function hasSubordinateIds(system: ReadSystem): boolean {
  const content = system.readFile("/etc/subuid");
  if (content === undefined) return false;
  return new TextDecoder().decode(content).split("\n").some((line) => {
    const [owner, first, count] = line.trim().split(":");
    return (owner === system.user.name || owner === String(system.user.uid)) &&
      /^\d+$/.test(first ?? "") && Number(count) > 0;
  });
}
