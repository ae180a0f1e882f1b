/** Which machine this is, and which of its lives. */
import { readProc } from "./proc.ts";
import type { ReadSystem } from "./system.ts";

/** Returns the id of this boot: another one after each reboot. */
export async function bootId(system: ReadSystem): Promise<string> {
  return (await readProc(system, "/proc/sys/kernel/random/boot_id")).trim();
}

/** Returns the id of this installation (machine-id(5)), or undefined where it has none. */
export function machineId(system: ReadSystem): string | undefined {
  const content = system.readFile("/etc/machine-id");
  return content && (new TextDecoder().decode(content).trim() || undefined);
}
