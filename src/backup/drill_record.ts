/** `.ppm/drill.json`: what the last drill was. */
import { EXIT_CODES, type ExitName, UserError } from "../errors.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { DRILL_RECORD_FILE } from "../layout.ts";
import { nullable, number, oneOf, shape, text } from "../plan/check_json.ts";

/** A drill, however it ended. */
export interface DrillRecord {
  readonly version: 1;
  /** When it ended, milliseconds since the epoch. */
  readonly time: number;
  /** restic's full id of what was restored; null where it did not come so far. */
  readonly snapshot: string | null;
  /** How long it took to restore and compare everything. */
  readonly durationMs: number;
  readonly entries: number;
  readonly bytes: number;
  /** `done`: everything came back as it was saved. */
  readonly outcome: ExitName;
  readonly message: string;
}

const DRILL = shape<DrillRecord>({
  version: oneOf(1),
  time: number,
  snapshot: nullable(text),
  durationMs: number,
  entries: number,
  bytes: number,
  outcome: oneOf(...EXIT_CODES.map((row) => row.name)),
  message: text,
});

/** Returns what the last drill was; undefined where there has been none. Throws {@linkcode UserError} where the file cannot be understood. */
export function readDrill(system: ReadSystem): DrillRecord | undefined {
  const content = system.readFile(`${system.user.home}/${DRILL_RECORD_FILE}`);
  if (content === undefined) return undefined;
  try {
    return DRILL(JSON.parse(new TextDecoder().decode(content)), "");
  } catch (error) {
    throw new UserError(
      `Cannot understand ${DRILL_RECORD_FILE}: ${error instanceof Error ? error.message : error}`,
      { hint: "It is written by ppm alone; the next drill writes it anew: ppm drill", cause: error },
    );
  }
}

/** Puts it on the disk. */
export function writeDrill(system: System, drill: Omit<DrillRecord, "version">): void {
  const content = `${JSON.stringify({ version: 1, ...drill }, null, 2)}\n`;
  system.writeFile(`${system.user.home}/${DRILL_RECORD_FILE}`, content, 0o600);
}
