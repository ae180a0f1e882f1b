/** Small files that live as long as the user's session: `/run/user/UID/ppm/NAME`. */
import type { ReadSystem, System } from "./system.ts";

/** Writes such a file, 0600, whole or not at all. */
export function writeRuntimeFile(system: System, name: string, content: string): void {
  const directory = `${system.user.runtimedirectory}/ppm`;
  system.makeDirectory(directory, 0o700);
  system.writeFile(`${directory}/${name}`, content, 0o600);
}

/** Returns its content; undefined where it does not exist. */
export function readRuntimeFile(system: ReadSystem, name: string): string | undefined {
  const content = system.readFile(`${system.user.runtimedirectory}/ppm/${name}`);
  return content && new TextDecoder().decode(content);
}
