/** `.ppm/drill.json`: what the last drill was. */
import { EXIT_CODES, type ExitName, UserError } from "../errors.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { DRILL_RECORD_FILE } from "../layout.ts";
import { nullable, number, oneOf, shape, text } from "../host/check_json.ts";

/** A drill, however it ended. */
export interface DrillRecord {
  readonly version: 1;
  /** When it ended, milliseconds since the epoch. */
  readonly time: number;
  /** The snapshot that was tried; null where none could be chosen. */
  readonly snapshot: string | null;
  /** How long restoring and comparing took. */
  readonly durationMs: number;
  readonly entries: number;
  readonly bytes: number;
  readonly outcome: ExitName;
  readonly message: string;
}

const RECORD = shape<DrillRecord>({
  version: oneOf(1),
  time: number,
  snapshot: nullable(text),
  durationMs: number,
  entries: number,
  bytes: number,
  outcome: oneOf(...EXIT_CODES.map((row) => row.name)),
  message: text,
});

/** Returns what the last drill was; undefined before the first. Throws {@linkcode UserError} where the record cannot be understood. */
export function readDrill(system: ReadSystem): DrillRecord | undefined {
  const path = `${system.user.home}/${DRILL_RECORD_FILE}`;
  const content = system.readFile(path);
  if (content === undefined) return undefined;
  try {
    return RECORD(JSON.parse(new TextDecoder().decode(content)), "");
  } catch (error) {
    throw new UserError(
      `Cannot understand ${DRILL_RECORD_FILE}: ${error instanceof Error ? error.message : error}`,
      {
        hint: `It is written by ppm alone, and the next drill writes it anew: rm ${path} && ppm drill`,
        cause: error,
      },
    );
  }
}

export function writeDrill(system: System, record: DrillRecord): void {
  system.writeFile(`${system.user.home}/${DRILL_RECORD_FILE}`, `${JSON.stringify(record, null, 2)}\n`, 0o600);
}
