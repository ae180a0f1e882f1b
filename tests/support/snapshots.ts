/** Snapshots to judge, and a restic that has them. */
import type { Identity, Snapshot, SnapshotKind } from "../../src/backup/snapshot.ts";
import { encodeTags } from "../../src/backup/tags.ts";
import type { Answer, FakeProgram } from "./fake_system.ts";

export const IDENTITY: Identity = { instance: "web", app: "web", definition: "0123456789ab" };

/** What `machineTag()` says where /etc/machine-id is 32 times the digit 1. */
const THIS_MACHINE = "8a83665f3798";

/** Milliseconds since the epoch of `2026-03-01T03:00` in UTC. */
export function at(time: string): number {
  return Date.parse(`${time}Z`);
}

let count = 0;

/** Returns a snapshot of "web", of its own id unless `changes` name one. */
export function aSnapshot(kind: SnapshotKind, time: string, changes: Partial<Snapshot> = {}): Snapshot {
  return {
    id: (++count).toString(16).padStart(64, "0"),
    timeMs: at(time),
    kind,
    identity: IDENTITY,
    lineage: "aaaaaaaaaaaaaaaa",
    unshare: false,
    size: kind === "claim" ? null : { entries: 3, bytes: 1024 },
    claim: null,
    ...changes,
  };
}

/** Returns the claim of `lineage` with the number `counter`. */
export function aClaim(lineage: string, counter: number, changes: Partial<Snapshot> = {}): Snapshot {
  const claim = { counter, server: `server-${lineage[0]}`, machine: THIS_MACHINE };
  return aSnapshot("claim", "2026-01-01T00:00", { lineage, claim, ...changes });
}

/** Returns what `restic snapshots --json` prints of them. */
export function listed(snapshots: readonly Snapshot[]): string {
  return JSON.stringify(snapshots.map((snapshot) => ({
    id: snapshot.id,
    short_id: snapshot.id.slice(0, 8),
    time: new Date(snapshot.timeMs).toISOString(),
    tree: "0".repeat(64),
    paths: ["/data"],
    hostname: snapshot.identity.instance,
    username: "app",
    tags: encodeTags(snapshot),
  })));
}

/** A restic over a list of snapshots: it lists, saves and forgets them; `answers` by the command's name come first. */
export class FakeRestic {
  snapshots: Snapshot[];
  id = "f".repeat(64);
  answers: Record<string, (args: readonly string[]) => Answer> = {};
  /** Each command so far, without options that say nothing here. */
  readonly commands: string[] = [];

  constructor(snapshots: readonly Snapshot[] = []) {
    this.snapshots = [...snapshots];
  }

  readonly run: FakeProgram = (args) => {
    const [name = ""] = args;
    this.commands.push(args.join(" "));
    return (this.answers[name] ?? this.#standard[name])?.(args) ?? { code: 1, stderr: `no ${name} here` };
  };

  readonly #standard: Record<string, (args: readonly string[]) => Answer> = {
    version: () => ({ stdout: "restic 0.18.0 compiled with go1.24 on linux/amd64\n" }),
    snapshots: () => ({ stdout: listed(this.snapshots) }),
    cat: () => ({ stdout: JSON.stringify({ version: 2, id: this.id, chunker_polynomial: "1" }) }),
    backup: (args) => {
      const tags = args.filter((arg) => arg.startsWith("--tag=")).map((arg) => arg.slice("--tag=".length));
      const snapshot_id = (++count).toString(16).padStart(64, "e");
      this.saved.push({ id: snapshot_id, tags });
      const summary = {
        message_type: "summary",
        total_files_processed: 1,
        total_bytes_processed: 1,
        data_added: 1,
      };
      return { stdout: `${JSON.stringify({ ...summary, snapshot_id })}\n` };
    },
    forget: (args) => {
      if (args.includes("--dry-run")) return { stdout: "[]" };
      const gone = args.slice(args.indexOf("--") + 1);
      this.snapshots = this.snapshots.filter(({ id }) => !gone.includes(id));
      return {};
    },
    prune: () => ({}),
    unlock: () => ({}),
    check: () => ({ stdout: "no errors were found\n" }),
  };

  /** What was saved, with its tags. */
  readonly saved: { readonly id: string; readonly tags: readonly string[] }[] = [];
}
