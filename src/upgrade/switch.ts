/**
 * `.ppm/switch.json`: the step from one generation to another, while it happens. It is on the disk before anything of it is done, and goes when
 * an application runs that is wholly one or the other: whoever finds it knows what an interrupted ppm left undone.
 *
 * `.ppm/hold` stands beside it while the files are neither the old nor the new ones: every unit of the application has a condition on it,
 * so that no boot, socket or timer starts a mixture.
 */
import { UserError } from "../errors.ts";
import { boolean, list, nullable, number, oneOf, shape, text } from "../host/check_json.ts";
import type { ReadSystem, System } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";
import { HOLD_FILE, SPARE_FILE, SWITCH_FILE } from "../layout.ts";

/** A step between generations. */
export interface Switch {
  readonly version: 1;
  readonly operation: "upgrade" | "rollback";
  /**
   * - `switching`: the new files are being put in place; nothing of the new generation has run;
   * - `trial`: the new generation runs, and is watched until it is well;
   * - `returning`: the generation `goal` is being brought back.
   */
  readonly phase: "switching" | "trial" | "returning";
  /** The generation that stands in the end if anything goes wrong; in a rollback in any case. */
  readonly goal: number;
  /** The generation that is tried, or left, and its commit. It may never have been recorded. */
  readonly other: number;
  readonly commit: string;
  /** What config.yml names as revision; null: the remote's default branch. */
  readonly revision: string | null;
  /** What is started in `goal`, by name: what ran before, and what had done its work. Empty: nothing is. */
  readonly units: readonly string[];
  /** In a trial: what is started and watched. */
  readonly tried: readonly string[];
  /** The id, which may be shortened, of the snapshot that holds the data of `goal`; null where there is none. */
  readonly snapshot: string | null;
  /** Whether `data/` is to be put back from it before `goal` runs. */
  readonly restoresData: boolean;
  /** Why it goes back, several lines; null where nothing has gone wrong. */
  readonly why: string | null;
  /** What `data/` of the other generation is called now, once it was set aside. */
  readonly failedData: string | null;
  /** What config.yml said when it began: going back must not hang on what somebody is writing there meanwhile. */
  readonly config: string;
  /** Whether the timer does it. */
  readonly scheduled: boolean;
  /** How often the trial was begun: one that a kill or a power cut ended is begun once more. */
  readonly attempt: number;
  /** What it was last reported to hang at, so that nobody is told every 20 seconds; null where it was not. */
  readonly told: string | null;
  /** When it began, RFC 3339. */
  readonly time: string;
}

/** Why it goes back where that says nothing of the new version: it has never run. Its commit is tried again. */
export const INTERRUPTED = "it was interrupted before anything of the new version ran";

const SWITCH = shape<Switch>({
  version: oneOf(1),
  operation: oneOf("upgrade", "rollback"),
  phase: oneOf("switching", "trial", "returning"),
  goal: number,
  other: number,
  commit: text,
  revision: nullable(text),
  units: list(text),
  tried: list(text),
  snapshot: nullable(text),
  restoresData: boolean,
  why: nullable(text),
  failedData: nullable(text),
  config: text,
  scheduled: boolean,
  attempt: number,
  told: nullable(text),
  time: text,
});

/** Returns the switch that is under way; undefined where none is. Throws {@linkcode UserError} where it cannot be understood. */
export function readSwitch(system: ReadSystem): Switch | undefined {
  const content = system.readFile(`${system.user.home}/${SWITCH_FILE}`);
  if (content === undefined) return undefined;
  try {
    return SWITCH(JSON.parse(new TextDecoder().decode(content)), "");
  } catch (error) {
    throw new UserError(
      `Cannot understand ${SWITCH_FILE}: ${error instanceof Error ? error.message : error}`,
      {
        hint:
          "It is written by ppm alone. See which generation stands (ppm diff), remove it and .ppm/hold, " +
          "then: ppm setup && ppm restart",
        cause: error,
      },
    );
  }
}

/** Puts a switch on the disk, and returns it. */
export function writeSwitch(system: System, values: Switch): Switch {
  system.writeFile(`${system.user.home}/${SWITCH_FILE}`, `${JSON.stringify(values, null, 2)}\n`, 0o600);
  return values;
}

/** Returns what config.yml says right now, unread; empty where it cannot be read. */
export function configText(system: ReadSystem, { config }: Pick<Manifest, "config">): string {
  return new TextDecoder().decode(system.readFile(config.file));
}

/** Ends a switch: what stands is what is to stand. */
export function endSwitch(system: System): void {
  release(system);
  system.removeFile(`${system.user.home}/${SPARE_FILE}`);
  system.removeFile(`${system.user.home}/${SWITCH_FILE}`);
}

/** Lets systemd start nothing of the application any more. */
export function hold(system: System): void {
  const path = `${system.user.home}/${HOLD_FILE}`;
  if (system.lstat(path) === undefined) system.writeFile(path, "", 0o600);
}

/** Lets systemd start the application again. */
export function release(system: System): void {
  system.removeFile(`${system.user.home}/${HOLD_FILE}`);
}
