/**
 * `.ppm/watch.json`: what following the neighbours is at, and what came of it. The step is on the disk before anything of it is done, and goes when
 * the application runs with the one or the other: whoever finds it knows what an interrupted ppm left undone.
 */
import { UserError } from "../../errors.ts";
import {
  type Check,
  list,
  nullable,
  number,
  oneOf,
  shape,
  text,
  withDefault,
} from "../../host/check_json.ts";
import type { ReadSystem, System } from "../../host/system.ts";
import { WATCH_FILE } from "../../layout.ts";

/** From one generation to the next, made by the neighbours alone. */
export interface Step {
  /** The generation that stands before, and comes back if anything goes wrong. */
  readonly from: number;
  /** The generation that is being made, and the digest of what it is made from: another setup may give the same number to something else. */
  readonly other: number;
  readonly inputs: string;
  /** What ran before, and what of it is reloaded. */
  readonly running: readonly string[];
  readonly reload: readonly string[];
  /** Why it goes back, several lines; null where nothing has gone wrong so far. */
  readonly why: string | null;
}

export interface Watch {
  readonly version: 1;
  /** null: nothing is under way. */
  readonly step: Step | null;
  /** Neighbours, by their digest, with which the application was not well: they are left alone until they change. */
  readonly failed: { readonly neighbours: string; readonly why: string } | null;
  /** What was told last, and when, in milliseconds since the epoch. */
  readonly told: { readonly message: string; readonly atMs: number } | null;
  /** What the last look has failed with, told or not; null: with nothing. */
  readonly amiss: string | null;
}

const WATCH: Check<Watch> = shape({
  version: oneOf(1),
  step: nullable(
    shape<Step>({
      from: number,
      other: number,
      inputs: text,
      running: list(text),
      reload: list(text),
      why: nullable(text),
    }),
  ),
  failed: nullable(
    shape<{ readonly neighbours: string; readonly why: string }>({ neighbours: text, why: text }),
  ),
  told: nullable(shape<{ readonly message: string; readonly atMs: number }>({ message: text, atMs: number })),
  amiss: withDefault(nullable(text), null),
});

const NOTHING: Watch = { version: 1, step: null, failed: null, told: null, amiss: null };

/** Returns what is known; nothing, where nothing was written yet. Throws {@linkcode UserError} where it cannot be understood. */
export function readWatch(system: ReadSystem): Watch {
  const path = `${system.user.home}/${WATCH_FILE}`;
  const content = system.readFile(path);
  if (content === undefined) return NOTHING;
  try {
    return WATCH(JSON.parse(new TextDecoder().decode(content)), "");
  } catch (error) {
    throw new UserError(
      `Cannot understand ${WATCH_FILE}: ${error instanceof Error ? error.message : error}`,
      {
        hint: `It is written by ppm alone. After a look at which generation stands (ppm diff): rm ${path}`,
        cause: error,
      },
    );
  }
}

/** Writes down what has changed. */
export function updateWatch(system: System, changes: Partial<Omit<Watch, "version">>): void {
  const watch: Watch = { ...readWatch(system), ...changes };
  system.writeFile(`${system.user.home}/${WATCH_FILE}`, `${JSON.stringify(watch, null, 2)}\n`, 0o600);
}
