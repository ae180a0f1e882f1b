/** `ppm snapshots`, for programs and for people. Pure. */
import { isOf } from "../backup/choose.ts";
import type { Identity, Snapshot, SnapshotKind } from "../backup/snapshot.ts";
import type { Style } from "../ui/style.ts";
import { type Cell, table } from "../ui/table.ts";
import { printable } from "../ui/text.ts";
import { relativeTime, size } from "../ui/units_of_measure.ts";

/** One snapshot, as `ppm snapshots --json` prints it. */
export interface SnapshotReport {
  readonly id: string;
  /** RFC 3339. */
  readonly time: string;
  readonly kind: SnapshotKind;
  readonly entries: number | null;
  readonly bytes: number | null;
  /** Whether a restore without a choice takes it. */
  readonly restored: boolean;
  /** Whether it was made of this very application: of another name or definition, it is never restored. */
  readonly own: boolean;
  readonly app: string;
  readonly lineage: string;
  /** Whether owners in it are those inside `podman unshare`. */
  readonly unshare: boolean;
  /** Of claims only. */
  readonly claim: { readonly counter: number; readonly server: string } | null;
}

/** What `ppm snapshots --json` prints. */
export interface SnapshotsReport {
  readonly instance: string;
  /** The newest first. */
  readonly snapshots: readonly SnapshotReport[];
  /** What else is in the repository: the number of snapshots by instance. */
  readonly others: Readonly<Record<string, number>>;
}

/** Makes the report; `own` are the snapshots of the instance, `others` all else in the repository. */
export function toReport(
  own: readonly Snapshot[],
  { others, restored, identity }: {
    readonly others: readonly Snapshot[];
    readonly restored: Snapshot | undefined;
    readonly identity: Identity;
  },
): SnapshotsReport {
  const counts = new Map<string, number>();
  for (const { identity: { instance } } of others) counts.set(instance, (counts.get(instance) ?? 0) + 1);
  return {
    instance: identity.instance,
    snapshots: own.map((snapshot) => ({
      id: snapshot.id,
      time: new Date(snapshot.timeMs).toISOString(),
      kind: snapshot.kind,
      entries: snapshot.size?.entries ?? null,
      bytes: snapshot.size?.bytes ?? null,
      restored: snapshot === restored,
      own: isOf(snapshot, identity),
      app: snapshot.identity.app,
      lineage: snapshot.lineage,
      unshare: snapshot.unshare,
      claim: snapshot.claim && { counter: snapshot.claim.counter, server: snapshot.claim.server },
    })),
    others: Object.fromEntries([...counts].sort()),
  };
}

export interface SnapshotsViewOptions {
  readonly style: Style;
  readonly columns: number;
  readonly nowMs: number;
}

/** Returns the lines of the report. */
export function snapshotsView(report: SnapshotsReport, options: SnapshotsViewOptions): readonly string[] {
  const { style, columns, nowMs } = options;
  const rows = report.snapshots.map((snapshot) => [
    snapshot.id.slice(0, 8),
    snapshot.time.replace("T", " ").replace(/\.\d+Z$/, " UTC"),
    relativeTime(Date.parse(snapshot.time), nowMs),
    kindCell(snapshot, style),
    snapshot.bytes === null ? "" : size(snapshot.bytes),
    snapshot.entries === null ? "" : String(snapshot.entries),
    remark(snapshot),
  ]);
  return [
    ...(rows.length === 0
      ? [`The repository holds no snapshot of "${report.instance}"; the next one: ppm backup`]
      : table(["ID", "TIME", "AGE", "KIND", "SIZE", "ENTRIES", ""], rows, { columns, heading: style.dim })),
    ...othersLine(report),
  ];
}

function kindCell({ kind, restored, own }: SnapshotReport, style: Style): Cell {
  if (!own) return { text: kind, paint: style.dim };
  if (restored) return { text: kind, paint: style.green };
  return kind === "suspect" || kind === "incomplete" ? { text: kind, paint: style.yellow } : { text: kind };
}

/** What a kind means for somebody who wants their data back. */
function remark({ kind, restored, own, app, claim }: SnapshotReport): string {
  if (kind === "unknown") return "not made by ppm";
  if (claim !== null) return `by the server ${printable(claim.server)} (claim ${claim.counter})`;
  if (!own) return `of another definition or application (${printable(app)})`;
  if (restored) return "what a restore takes";
  if (kind === "suspect") return "data/ was empty or had shrunk";
  if (kind === "incomplete") return "not everything could be read";
  return kind === "hot" ? "made while it ran; the next backup builds on it" : "";
}

function othersLine({ others, instance }: SnapshotsReport): readonly string[] {
  const names = Object.keys(others);
  if (names.length === 0) return [];
  const count = Object.values(others).reduce((sum, each) => sum + each, 0);
  const words = names.map((name) => `${printable(name)} (${others[name]})`).join(", ");
  return [
    "",
    `Besides "${instance}" the repository holds ${count} ${
      count === 1 ? "snapshot" : "snapshots"
    } of ${words}`,
  ];
}
