/**
 * `.ppm/generations/<number>/record.json`: how a generation came about and what became of it. `generation.json` beside it says what it is, and
 * never changes; this file does.
 */
import { type Check, list, nullable, number, oneOf, shape, text } from "../host/check_json.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { GENERATIONS_DIRECTORY } from "../layout.ts";

/** An image as it was when the generation was well: what its name meant then. */
export interface ImageVersion {
  /** As the units name it. */
  readonly name: string;
  /** podman's id of the image, hexadecimal. */
  readonly id: string;
  /** `sha256:…` by which a registry knows it; null for what never was in one. */
  readonly digest: string | null;
}

export interface GenerationRecord {
  readonly version: 1;
  /** What made it: `timer` is an upgrade that nobody watched; of `neighbours`, nothing has changed but what they publish. */
  readonly by: "setup" | "upgrade" | "timer" | "neighbours";
  /** `trial`: it is being tried right now; `failed`: it never became healthy, and the generation before was brought back. */
  readonly outcome: "done" | "trial" | "failed";
  /** The generation that stood before; null where none did. */
  readonly previous: number | null;
  /** The id of the snapshot that was taken before, as restic told it: 0.14 shortens it; null where none was. */
  readonly snapshot: string | null;
  readonly images: readonly ImageVersion[];
  /** Why it failed, several lines; null where it did not. */
  readonly message: string | null;
  /** What its data is called now, `data.failed-…`, where that was set aside. */
  readonly failedData: string | null;
  /** Set when a rollback has left it: for which generation, and when (RFC 3339). */
  readonly left: { readonly for: number; readonly time: string } | null;
}

const RECORD: Check<GenerationRecord> = shape({
  version: oneOf(1),
  by: oneOf("setup", "upgrade", "timer", "neighbours"),
  outcome: oneOf("done", "trial", "failed"),
  previous: nullable(number),
  snapshot: nullable(text),
  images: list(shape<ImageVersion>({ name: text, id: text, digest: nullable(text) })),
  message: nullable(text),
  failedData: nullable(text),
  left: nullable(shape<{ readonly for: number; readonly time: string }>({ for: number, time: text })),
});

/** The record of a generation that a setup has just made. */
export const NEW_RECORD: GenerationRecord = {
  version: 1,
  by: "setup",
  outcome: "done",
  previous: null,
  snapshot: null,
  images: [],
  message: null,
  failedData: null,
  left: null,
};

/** Returns the record as JSON text. */
export function formatRecord(record: GenerationRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** Returns the record of a generation; {@linkcode NEW_RECORD} where none can be read: it tells of the past, and decides nothing. */
export function readGenerationRecord(system: ReadSystem, generation: number): GenerationRecord {
  const content = system.readFile(recordPath(system, generation));
  if (content === undefined) return NEW_RECORD;
  try {
    return RECORD(JSON.parse(new TextDecoder().decode(content)), "");
  } catch {
    return NEW_RECORD;
  }
}

/** Changes the record of a generation that is on the disk; does nothing where it is not. */
export function updateGenerationRecord(
  system: System,
  generation: number,
  changes: Partial<Omit<GenerationRecord, "version">>,
): void {
  if (system.lstat(directoryOf(system, generation)) === undefined) return;
  const record = { ...readGenerationRecord(system, generation), ...changes };
  system.writeFile(recordPath(system, generation), formatRecord(record), 0o600);
}

function directoryOf({ user }: ReadSystem, generation: number): string {
  return `${user.home}/${GENERATIONS_DIRECTORY}/${generation}`;
}

function recordPath(system: ReadSystem, generation: number): string {
  return `${directoryOf(system, generation)}/record.json`;
}
