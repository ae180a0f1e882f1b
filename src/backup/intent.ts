/**
 * `.ppm/intent.json`: what ppm has stopped and is going to start again. It is on the disk before anything is stopped, and goes when
 * everything runs again: whoever finds it knows what an interrupted ppm left undone.
 */
import { UserError } from "../errors.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { INTENT_FILE } from "../layout.ts";
import { list, oneOf, shape, text } from "../plan/check_json.ts";

/** What was stopped, why, and in which life of the machine. */
export interface Intent {
  readonly version: 1;
  /** What stopped them: another verb must not take over what it began. */
  readonly operation: "backup" | "restore";
  /** The units that were active, by name: those and no others are started again. */
  readonly units: readonly string[];
  /** The kernel's boot id: after a reboot the target has started everything. */
  readonly boot: string;
  /** When, RFC 3339. */
  readonly time: string;
}

const INTENT = shape<Intent>({
  version: oneOf(1),
  operation: oneOf("backup", "restore"),
  units: list(text),
  boot: text,
  time: text,
});

/** Returns the intent that stands; undefined where none does. Throws {@linkcode UserError} where it cannot be understood. */
export function readIntent(system: ReadSystem): Intent | undefined {
  const content = system.readFile(pathOf(system));
  if (content === undefined) return undefined;
  try {
    return INTENT(JSON.parse(new TextDecoder().decode(content)), "");
  } catch (error) {
    throw new UserError(
      `Cannot understand ${INTENT_FILE}: ${error instanceof Error ? error.message : error}`,
      {
        hint: `Remove it, then start what is to run: rm ${pathOf(system)} && ppm start`,
        cause: error,
      },
    );
  }
}

/** Puts the intent on the disk. */
export function writeIntent(system: System, intent: Omit<Intent, "version" | "boot">): void {
  const whole: Intent = { version: 1, ...intent, boot: bootId(system) };
  system.writeFile(pathOf(system), `${JSON.stringify(whole, null, 2)}\n`, 0o600);
}

/** Removes the intent, if one stands. */
export function removeIntent(system: System): void {
  system.removeFile(pathOf(system));
}

/** What `units` say is no longer to be started again; without them nothing is. */
export function withdraw(system: System, units: readonly string[] | undefined): void {
  const intent = readIntent(system);
  if (intent === undefined) return;
  const left = units === undefined ? [] : intent.units.filter((unit) => !units.includes(unit));
  if (left.length === 0 || intent.boot !== bootId(system)) removeIntent(system);
  else writeIntent(system, { ...intent, units: left });
}

/** Returns what the kernel calls this life of the machine. */
export function bootId(system: ReadSystem): string {
  return new TextDecoder().decode(system.readFile("/proc/sys/kernel/random/boot_id")).trim();
}

function pathOf(system: ReadSystem): string {
  return `${system.user.home}/${INTENT_FILE}`;
}
