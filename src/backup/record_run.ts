/** What a backup that made a snapshot changes in the record. Pure. */
import { entryCount, size } from "../ui/units_of_measure.ts";
import type { MadeBackup } from "./make_backup.ts";
import type { BackupRecord, DataSize, GoodBackup, LastRun } from "./record.ts";

/** Which run it was, and when it ended. */
export interface RunEnd {
  readonly invocation: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

type Changes = Pick<BackupRecord, "last" | "open" | "mine"> & {
  readonly last: LastRun;
  readonly good?: GoodBackup;
  readonly expected?: DataSize;
};

/** Returns the changes. A unit that has not come up afterwards makes the run fail, and the backup no worse. */
export function changesOf(made: MadeBackup, { mine }: BackupRecord, { invocation, nowMs }: RunEnd): Changes {
  const { verdict, scan, saved, downMs, durationMs, failure } = made;
  const { snapshot, addedBytes } = saved;
  const { entries, bytes } = scan;
  const good: GoodBackup = { snapshot, time: nowMs, entries, bytes, addedBytes, downMs, durationMs };
  const isGood = verdict.kind === "good";
  return {
    last: {
      time: nowMs,
      invocation,
      kind: verdict.kind,
      snapshot,
      outcome: isGood ? failure === undefined ? "done" : "failed" : "backup",
      message: [messageOf(made), ...failure === undefined ? [] : [failure.message]].join("\n"),
      hint: failure?.hint ?? (isGood ? null : HINTS[verdict.kind]),
    },
    ...(isGood ? { good, expected: { entries, bytes } } : {}),
    open: null,
    mine: [snapshot, ...mine.slice(-1)],
  };
}

function messageOf({ verdict, scan, saved, downMs }: MadeBackup): string {
  const id = saved.snapshot.slice(0, 8);
  if (verdict.kind !== "good") return `Saved as ${verdict.kind} (snapshot ${id}): ${verdict.why}`;
  const down = downMs === 0 ? "" : `; the application was down for ${(downMs / 1000).toFixed(1)} s`;
  return `Saved as snapshot ${id}: ${entryCount(scan.entries)}, ${size(scan.bytes)}, ${
    size(saved.addedBytes)
  } of it new${down}`;
}

/** What to do about a snapshot that does not count. Until then nothing is forgotten. */
const HINTS = {
  suspect: "Look into data/. If it is as it should be: ppm backup --accept; if not: ppm restore",
  incomplete:
    "Let its owner read it (chmod u+r), or leave it out (option exclude of the backup plugin), then: ppm backup",
} as const;
