/** What comes back of `.ppm/`: the secrets, the key, and the generations that are not here. Never a lock, a lineage, a record or the clone. */
import type { ReadSystem, System } from "../host/system.ts";
import { GENERATIONS_DIRECTORY, KEY_FILE, OVERWRITTEN_DIRECTORY, SECRETS_FILE } from "../layout.ts";

/** What belongs to the data and to nobody else: the values that were rendered for it. */
const PRIVATE_FILES = [SECRETS_FILE, KEY_FILE];

/**
 * Puts into `.ppm/` what was restored below `root` (absolute). A secrets file or a key that stood here and is another is kept under
 * `.ppm/overwritten/`. Killed and begun anew, it ends the same.
 */
export function bringBack(system: System, root: string): void {
  const { home } = system.user;
  for (const path of PRIVATE_FILES) {
    const restored = fileAt(system, `${root}/${path}`);
    const standing = fileAt(system, `${home}/${path}`);
    if (restored === undefined || isEqual(restored, standing)) continue;
    if (standing !== undefined) keepAside(system, path.slice(path.lastIndexOf("/") + 1), standing);
    system.writeFile(`${home}/${path}`, restored, 0o600);
  }
  const generations = `${home}/${GENERATIONS_DIRECTORY}`;
  const numbers = (system.readDirectory(`${root}/${GENERATIONS_DIRECTORY}`) ?? []).filter((name) =>
    /^[1-9]\d*$/.test(name)
  );
  if (numbers.length > 0) system.makeDirectory(generations, 0o700);
  for (const number of numbers) {
    if (system.lstat(`${generations}/${number}`) !== undefined) continue;
    system.renameToNew(`${root}/${GENERATIONS_DIRECTORY}/${number}`, `${generations}/${number}`);
  }
}

/** Whether the secrets or the key below `root` are others than those that stand: then what was rendered with these does not fit the data. */
export function bringsOtherSecrets(system: ReadSystem, root: string): boolean {
  return PRIVATE_FILES.some((path) => {
    const restored = fileAt(system, `${root}/${path}`);
    return restored !== undefined && !isEqual(restored, fileAt(system, `${system.user.home}/${path}`));
  });
}

/** Writes a copy to `.ppm/overwritten/NAME.1`, `.2` …, unless the same lies there already. */
function keepAside(system: System, name: string, content: Uint8Array): void {
  const directory = `${system.user.home}/${OVERWRITTEN_DIRECTORY}`;
  system.makeDirectory(directory, 0o700);
  for (let count = 1;; count++) {
    const kept = system.readFile(`${directory}/${name}.${count}`);
    if (isEqual(content, kept)) return;
    if (kept === undefined) return system.writeFile(`${directory}/${name}.${count}`, content, 0o600);
  }
}

function fileAt(system: ReadSystem, path: string): Uint8Array | undefined {
  return system.lstat(path)?.kind === "file" ? system.readFile(path) : undefined;
}

function isEqual(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return one.length === other?.length && one.every((byte, at) => byte === other[at]);
}
