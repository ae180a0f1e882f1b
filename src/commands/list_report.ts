/** What `ppm list` says, as data: what programs read, and what people are shown is made of. Pure. */
import { conflictHint, conflictText } from "../neighbours/conflicts.ts";
import type { KnownNeighbours } from "../neighbours/known_neighbours.ts";
import type { Application, Neighbour } from "../neighbours/neighbour.ts";
import type { PublishedTimes } from "../neighbours/published_times.ts";
import type { Running } from "./list_running.ts";

/** One application, as `ppm list --json` prints it. */
export interface ListedApplication extends Neighbour {
  /** RFC 3339; null: never. */
  readonly times: { readonly [Name in keyof PublishedTimes]-?: string | null };
  /** null: it was not asked, since only root may. */
  readonly running: Running | null;
}

/** Something that an administrator should see to. */
export interface ListWarning {
  /**
   * `left-out`: something that a state directory holds does not count. `conflict`: several want one thing. `instance`: several have one
   * name. `time`: something is said to have happened in the future.
   */
  readonly kind: "left-out" | "conflict" | "instance" | "time";
  /** Whom it concerns, sorted. */
  readonly users: readonly string[];
  /** One line. */
  readonly message: string;
  /** What to do. */
  readonly hint: string | null;
}

/** What `ppm list --json` prints. */
export interface ListReport {
  readonly statedirectory: string;
  /** Sorted by user; of each only what counts. */
  readonly applications: readonly ListedApplication[];
  readonly warnings: readonly ListWarning[];
}

export interface ListReportOptions {
  readonly statedirectory: string;
  /** By user; undefined where nobody was asked. */
  readonly running: ReadonlyMap<string, Running> | undefined;
  readonly nowMs: number;
}

/** How far two clocks may differ before one of them is said to be wrong: times are of this machine, or of the one before it. */
const TOLERANCE_MS = 60_000;

/** Makes the report. */
export function makeListReport(known: KnownNeighbours, options: ListReportOptions): ListReport {
  const { statedirectory, running, nowMs } = options;
  const { applications, leftOut } = known.neighbourhood;
  return {
    statedirectory,
    applications: applications.map((application) => ({
      ...application,
      times: {
        backup: application.times.backup ?? null,
        drill: application.times.drill ?? null,
        upgrade: application.times.upgrade ?? null,
        fenced: application.times.fenced ?? null,
      },
      running: running?.get(application.user) ?? null,
    })),
    warnings: [
      ...known.conflicts.map((conflict): ListWarning => ({
        kind: "conflict",
        users: conflict.users,
        message: conflictText(conflict),
        hint: conflictHint(statedirectory),
      })),
      ...leftOut.map(({ user, message }): ListWarning => ({
        kind: "left-out",
        users: [user],
        message,
        hint: null,
      })),
      ...sharedInstances(applications),
      ...applications.flatMap((application) => futureTimes(application, nowMs)),
    ],
  };
}

/** In one repository, the snapshots of the one would be taken for those of the other. */
function sharedInstances(applications: readonly Application[]): readonly ListWarning[] {
  const groups = Map.groupBy(applications, ({ instance }) => instance);
  return [...groups].flatMap(([instance, { length }]) => {
    if (length < 2) return [];
    const users = groups.get(instance)!.map(({ user }) => user);
    return [{
      kind: "instance",
      users,
      message: `${users.slice(0, -1).join(", ")} and ${users.at(-1)} are all the instance "${instance}"`,
      hint:
        "Backups in one repository are told apart by the instance: set another one in config.yml of one of them",
    }];
  });
}

function futureTimes({ user, times }: Application, nowMs: number): readonly ListWarning[] {
  return (["backup", "drill", "upgrade"] as const).flatMap((what) => {
    const time = times[what];
    if (time === undefined || Date.parse(time) <= nowMs + TOLERANCE_MS) return [];
    return [{
      kind: "time",
      users: [user],
      message: `${user}: its last ${what} is said to be of ${time}, which is yet to come`,
      hint: "Is the clock of this server right? See: timedatectl",
    }];
  });
}
