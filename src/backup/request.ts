/** `.ppm/request.json`: what a backup by hand asks of the unit that makes it, which has no arguments of its own. */
import { UserError } from "../errors.ts";
import type { System } from "../host/system.ts";
import { REQUEST_FILE } from "../layout.ts";
import { boolean, number, oneOf, shape } from "../host/check_json.ts";

/** How long a request counts: what was asked for in vain must not surprise anybody a night later. */
const VALID_MS = 60 * 60_000;

/** What somebody asked for. */
export interface BackupRequest {
  /** `data/` as it is now is meant so. */
  readonly accept: boolean;
  /** This server is the living one. */
  readonly takeOver: boolean;
}

/** Nothing in particular. */
export const PLAIN_REQUEST: BackupRequest = { accept: false, takeOver: false };

interface StoredRequest extends BackupRequest {
  readonly version: 1;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

const STORED = shape<StoredRequest>({ version: oneOf(1), time: number, accept: boolean, takeOver: boolean });

/** Leaves a request for the next run. */
export function leaveRequest(system: System, request: BackupRequest, nowMs: number): void {
  const stored: StoredRequest = { version: 1, time: nowMs, ...request };
  system.writeFile(pathOf(system), `${JSON.stringify(stored, null, 2)}\n`, 0o600);
}

/** Takes the request that was left: it holds for one run, and for none that begins an hour later. */
export function takeRequest(system: System, nowMs: number): BackupRequest {
  const content = system.readFile(pathOf(system));
  if (content === undefined) return PLAIN_REQUEST;
  system.removeFile(pathOf(system));
  const { time, accept, takeOver } = understand(content);
  const ageMs = nowMs - time;
  return ageMs >= 0 && ageMs < VALID_MS ? { accept, takeOver } : PLAIN_REQUEST;
}

function understand(content: Uint8Array): StoredRequest {
  try {
    return STORED(JSON.parse(new TextDecoder().decode(content)), "");
  } catch (error) {
    throw new UserError(
      `Cannot understand ${REQUEST_FILE}: ${error instanceof Error ? error.message : error}`,
      { exit: "backup", hint: "It is gone now. Ask again: ppm backup", cause: error },
    );
  }
}

function pathOf(system: System): string {
  return `${system.user.home}/${REQUEST_FILE}`;
}
