/**
 * When the application was last backed up, drilled and upgraded, as its state file says: the one part of it that changes without a setup. It stands at
 * the end of the file, so that it can be written anew without rendering anything.
 */
import { dump } from "js-yaml";
import type { ReadSystem } from "../host/system.ts";
import { sha256 } from "../plan/digest.ts";
import { BACKUP_RECORD_FILE, DRILL_RECORD_FILE, FENCE_FILE, UPGRADES_FILE } from "../layout.ts";
import { type Check, nullable, number, shape, text } from "../host/check_json.ts";

/** RFC 3339 each; what never was is left out. */
export interface PublishedTimes {
  /** The last good backup. */
  readonly backup?: string;
  /** The last drill that went well. */
  readonly drill?: string;
  /** The last upgrade that went well. */
  readonly upgrade?: string;
  /** Since when it is fenced, to leave this server: see `backup/fence.ts`. */
  readonly fenced?: string;
}

const BACKUP = shape<{ readonly good: { readonly time: number } | null }>({
  good: nullable(shape<{ readonly time: number }>({ time: number })),
});

const DRILL = shape<{ readonly time: number; readonly outcome: string }>({ time: number, outcome: text });

const FENCE = shape<{ readonly time: string }>({ time: text });

const UPGRADES = shape<{ readonly upgraded: number | null }>({ upgraded: nullable(number) });

/** The longest that {@linkcode formatTimes} returns. */
export const MAX_TIMES_BYTES =
  formatTimes({ backup: toRfc3339(0), drill: toRfc3339(0), upgrade: toRfc3339(0), fenced: toRfc3339(0) })
    .length;

/** Returns the times as the records say. A record that cannot be understood says nothing here; whoever works with it tells. */
export function readTimes(system: ReadSystem): PublishedTimes {
  const backup = readRecord(system, BACKUP_RECORD_FILE, BACKUP)?.good;
  const drill = readRecord(system, DRILL_RECORD_FILE, DRILL);
  const upgraded = readRecord(system, UPGRADES_FILE, UPGRADES)?.upgraded;
  const fenced = readRecord(system, FENCE_FILE, FENCE)?.time;
  return {
    ...(backup ? { backup: toRfc3339(backup.time) } : {}),
    ...(drill?.outcome === "done" ? { drill: toRfc3339(drill.time) } : {}),
    ...(upgraded ? { upgrade: toRfc3339(upgraded) } : {}),
    ...(fenced ? { fenced } : {}),
  };
}

/** Returns the end of a state file; empty where there is nothing to say. */
export function formatTimes(times: PublishedTimes): string {
  return Object.keys(times).length === 0 ? "" : dump({ times });
}

/** Returns the state file `content` with other times. */
export function replaceTimes(content: string, times: PublishedTimes): string {
  return content.replace(/^times:\n(?: .*\n)*$(?![^])/m, "") + formatTimes(times);
}

/** Returns the SHA-256 over what neighbours see of a state file: all of it but the times. They are told where it has changed. */
export async function digestOfSeen(content: string): Promise<string> {
  return await sha256(replaceTimes(content, {}));
}

function readRecord<T>(system: ReadSystem, path: string, check: Check<T>): T | undefined {
  const content = system.readFile(`${system.user.home}/${path}`);
  if (content === undefined) return undefined;
  try {
    return check(JSON.parse(new TextDecoder().decode(content)), "");
  } catch {
    return undefined;
  }
}

function toRfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
