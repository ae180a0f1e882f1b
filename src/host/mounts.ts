/** Where file systems are mounted. */
import { readProc } from "./proc.ts";
import type { ReadSystem } from "./system.ts";

/** Links that lead on to links more often than this lead in a circle; the kernel counts to the same. */
const MAX_LINKS = 40;

/** Whether something is mounted at `path`, a bind mount included: then it cannot be renamed, nor anything into its place. */
export async function isMountPoint(system: ReadSystem, path: string): Promise<boolean> {
  const mounts = parseMountPoints(await readProc(system, "/proc/self/mountinfo"));
  return mounts.includes(followLinks(system, path));
}

/** Returns what is mounted below `path`, each relative to it. */
export async function mountPointsBelow(system: ReadSystem, path: string): Promise<readonly string[]> {
  const above = `${followLinks(system, path).replace(/\/$/, "")}/`;
  const mounts = parseMountPoints(await readProc(system, "/proc/self/mountinfo"));
  return mounts.filter((mount) => mount.startsWith(above) && mount !== above)
    .map((mount) => mount.slice(above.length));
}

/** Returns the directories that the text of `/proc/PID/mountinfo` (proc(5)) names; the fifth field, with blanks as octal escapes. */
export function parseMountPoints(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const field = line.split(" ")[4];
    return field === undefined ? [] : [unescapeOctal(field)];
  });
}

/** `/a\040b` → `/a b`: bytes, of which the rest is UTF-8 already. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** Returns `path` as the kernel writes it: without links. */
function followLinks(system: ReadSystem, path: string): string {
  let rest = path.split("/").filter(Boolean);
  let found = "";
  for (let links = 0; rest.length > 0 && links < MAX_LINKS;) {
    const [name = "", ...after] = rest;
    const target = name === ".." || name === "." ? undefined : linkAt(system, `${found}/${name}`);
    rest = after;
    if (name === "..") found = found.slice(0, Math.max(0, found.lastIndexOf("/")));
    else if (target === undefined) found = name === "." ? found : `${found}/${name}`;
    else {
      links++;
      if (target.startsWith("/")) found = "";
      rest = [...target.split("/").filter(Boolean), ...after];
    }
  }
  return found || "/";
}

function linkAt(system: ReadSystem, path: string): string | undefined {
  return system.lstat(path)?.kind === "link" ? system.readLink(path) : undefined;
}
