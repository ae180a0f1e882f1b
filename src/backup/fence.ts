/**
 * `.ppm/fence.json`: the application is down and stays down, its data saved and proven. Raised by `ppm backup --fence` for an application that
 * moves to another server, and by `ppm remove` before anything is removed. `.ppm/hold` stands beside it, so that systemd starts nothing; what
 * an interrupted ppm meant to start again is not started either.
 */
import { UserError } from "../errors.ts";
import { boolean, nullable, oneOf, shape, text } from "../host/check_json.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { FENCE_FILE } from "../layout.ts";

/** Why an application is to stay down. */
export interface Fence {
  readonly version: 1;
  /** `move`: to another server; `remove`: everything that ppm wrote is being removed. */
  readonly purpose: "move" | "remove";
  /** Since when, RFC 3339. */
  readonly time: string;
  /** The id, which may be shortened, of the proven snapshot; null where none was made. */
  readonly snapshot: string | null;
  /** Whether a removal takes `data/` too. */
  readonly data: boolean;
}

const FENCE = shape<Fence>({
  version: oneOf(1),
  purpose: oneOf("move", "remove"),
  time: text,
  snapshot: nullable(text),
  data: boolean,
});

/** Returns the fence that stands; undefined where none does. Throws {@linkcode UserError} where it cannot be understood. */
export function readFence(system: ReadSystem): Fence | undefined {
  const path = `${system.user.home}/${FENCE_FILE}`;
  const content = system.readFile(path);
  if (content === undefined) return undefined;
  try {
    return FENCE(JSON.parse(new TextDecoder().decode(content)), "");
  } catch (error) {
    throw new UserError(
      `Cannot understand ${FENCE_FILE}: ${error instanceof Error ? error.message : error}`,
      {
        exit: "refused",
        hint:
          `It is written by ppm alone, and keeps the application down. If it runs on no other server: rm ${path} && ppm start`,
        cause: error,
      },
    );
  }
}

/** Puts a fence on the disk, and returns it. */
export function writeFence(system: System, fence: Fence): Fence {
  system.writeFile(`${system.user.home}/${FENCE_FILE}`, `${JSON.stringify(fence, null, 2)}\n`, 0o600);
  return fence;
}

/** Says what the fence stands for, as a predicate: `is fenced since …, to move to another server`. */
export function fenceWords({ purpose, time }: Fence): string {
  return purpose === "move"
    ? `is fenced since ${time}, to move to another server`
    : `is being removed since ${time}`;
}

/** A fence as `ppm status --json` prints it. */
export interface FenceReport {
  readonly purpose: Fence["purpose"];
  /** RFC 3339. */
  readonly since: string;
  readonly snapshot: string | null;
}

/** Returns what `status` says of a fence. */
export function reportFence({ purpose, time, snapshot }: Fence): FenceReport {
  return { purpose, since: time, snapshot };
}

/** The command that goes on from a fence. */
export function afterFence({ purpose }: Fence): string {
  return purpose === "move" ? "ppm start --unfence" : "ppm remove";
}

/** Throws, to exit with 8, where the application must stay down; `verb` is what somebody wants to do with it: `set up`. */
export function requireUnfenced(system: ReadSystem, verb: string): void {
  const fence = readFence(system);
  if (fence === undefined) return;
  throw new UserError(`Cannot ${verb} the application: it ${fenceWords(fence)}`, {
    exit: "refused",
    hint: fence.purpose === "move"
      ? "If it stays here after all: ppm start --unfence\nIf it lives elsewhere by now: ppm remove"
      : "Go on with the removal: ppm remove",
  });
}
