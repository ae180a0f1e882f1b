/**
 * `.ppm/intent.json`: what ppm has stopped and is going to start again. It is on the disk before anything is stopped, and goes when
 * everything runs again: whoever finds it knows what an interrupted ppm left undone.
 */
import { UserError } from "../errors.ts";
import { bootId } from "../host/identity.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { INTENT_FILE } from "../layout.ts";
import { list, oneOf, shape, text } from "../host/check_json.ts";

/** What was stopped, why, and in which life of the machine. */
export interface Intent {
  readonly version: 1;
  /** What stopped them: another verb must not take over what it began. */
  readonly operation: "backup" | "restore" | "upgrade" | "fence";
  /** The units that were active, by name: those and no others are started again. */
  readonly units: readonly string[];
  /** The kernel's boot id: after a reboot the target has started everything. */
  readonly boot: string;
  /** When, RFC 3339. */
  readonly time: string;
}

const INTENT = shape<Intent>({
  version: oneOf(1),
  operation: oneOf("backup", "restore", "upgrade", "fence"),
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
export async function writeIntent(system: System, intent: Omit<Intent, "version" | "boot">): Promise<void> {
  const { operation, units, time } = intent;
  const whole: Intent = { version: 1, operation, units, boot: await bootId(system), time };
  system.writeFile(pathOf(system), `${JSON.stringify(whole, null, 2)}\n`, 0o600);
}

/** Removes the intent, if one stands. */
export function removeIntent(system: System): void {
  system.removeFile(pathOf(system));
}

/** Whether the machine was booted since: then the target has started everything. */
export async function isOfEarlierBoot(system: ReadSystem, intent: Intent): Promise<boolean> {
  return intent.boot !== await bootId(system);
}

/** Makes an intent of an earlier boot one of this boot, where the target could not start what it names. */
export async function renewIntent(system: System): Promise<void> {
  const intent = readIntent(system);
  if (intent !== undefined && await isOfEarlierBoot(system, intent)) await writeIntent(system, intent);
}

/** What `units` say is no longer to be started again; without them nothing is. */
export async function withdraw(system: System, units: readonly string[] | undefined): Promise<void> {
  const intent = readIntent(system);
  if (intent === undefined) return;
  const left = units === undefined ? [] : intent.units.filter((unit) => !units.includes(unit));
  if (left.length === 0 || await isOfEarlierBoot(system, intent)) removeIntent(system);
  else await writeIntent(system, { ...intent, units: left });
}

function pathOf(system: ReadSystem): string {
  return `${system.user.home}/${INTENT_FILE}`;
}
