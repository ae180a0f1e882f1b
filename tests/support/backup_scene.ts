/** A server whose application runs and is backed up: a systemd, a restic and what `data/` holds, in memory. Everything that happens is kept in order. */
import { readLineage, writeLineage } from "../../src/backup/lineage.ts";
import type { BackupJob } from "../../src/backup/make_backup.ts";
import { type BackupRecord, updateRecord } from "../../src/backup/record.ts";
import type { Snapshot } from "../../src/backup/snapshot.ts";
import { identityOf } from "../../src/backup/tags.ts";
import type { TreeFile } from "../../src/host/system.ts";
import type { BackupPolicy } from "../../src/definition/backup_policy.ts";
import { Output } from "../../src/ui/output.ts";
import { aPolicy } from "./backup.ts";
import { FakeSystem } from "./fake_system.ts";
import { aManifest, shown } from "./manifest.ts";
import { aClaim, FakeRestic } from "./snapshots.ts";
import { FakeClock, MemorySink } from "./terminal.ts";

const HOME = "/home/app";

/** Who the application of {@linkcode aManifest} is to the repository. */
export const IDENTITY = await identityOf(aManifest());

/** What the scene begins with. */
export interface SceneOptions {
  readonly policy?: Partial<BackupPolicy>;
  /** Beside this server's claim. */
  readonly snapshots?: readonly Snapshot[];
  readonly record?: Partial<BackupRecord>;
  /** Units that do not run. */
  readonly stopped?: readonly string[];
  /** What find(1) prints of `data/`, besides its top: type, mode, size, uid, gid and path, after whether it is readable. */
  readonly data?: readonly string[];
}

/** Two files and a directory: 3 entries, 300 bytes. */
export const SOME_DATA = [
  "1 f 600 100 1000 1000 page",
  "1 d 755 0 1000 1000 sub",
  "1 f 600 200 1000 1000 sub/x",
];

/** A clock on which nothing goes on beside something else: who may be woken is only woken. */
export class PatientClock extends FakeClock {
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal === undefined) return super.sleep(ms);
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }
}

/** A machine that keeps what is done to it, in order, in words. */
class Witness extends FakeSystem {
  /** Undefined while what it begins with is put there. */
  readonly events: string[] | undefined = [];

  override writeFile(path: string, content: Uint8Array | string, mode: number): void {
    super.writeFile(path, content, mode);
    if (path.startsWith(`${HOME}/`)) this.events?.push(`write ${below(path)}${phaseIn(path, content)}`);
  }

  override writeTree(path: string, files: readonly TreeFile[]): void {
    const before = this.events?.length ?? 0;
    super.writeTree(path, files);
    this.events?.splice(before, Infinity, `write ${below(path)}/`);
  }

  override removeFile(path: string): void {
    if (this.lstat(path) !== undefined) this.events?.push(`remove ${below(path)}`);
    super.removeFile(path);
  }

  override rename(from: string, to: string): void {
    super.rename(from, to);
    this.events?.push(`rename ${below(from)} to ${below(to)}`);
  }
}

/** How far a switch has come, which is what it is written for. */
function phaseIn(path: string, content: Uint8Array | string): string {
  return path.endsWith("/switch.json") ? ` (${JSON.parse(String(content)).phase})` : "";
}

function below(path: string): string {
  return path.startsWith(`${HOME}/`) ? path.slice(HOME.length + 1) : path;
}

/** Sets the scene. */
export function aBackupScene(options: SceneOptions = {}) {
  const { policy = {}, snapshots = [], record = {}, stopped = [], data = SOME_DATA } = options;
  const claim = aClaim("a", 1, { identity: IDENTITY });
  const restic = new FakeRestic([claim, ...snapshots]);
  const down = new Set(stopped);
  const system = new Witness({
    files: {
      "/etc/machine-id": `${"1".repeat(32)}\n`,
      "/srv/restic/config": "",
      [`${HOME}/data/page`]: "x",
    },
  });
  system.addFile(`${HOME}/.restic-password`, "secret", 0o600);
  system.makeDirectory(`${HOME}/.ppm`, 0o700);
  system.program("restic", restic.run)
    .program("systemctl", (args) => runSystemctl(args, down))
    .program("journalctl", () => ({ stdout: "oh no\n" }))
    .program("df", () => ({ stdout: "    Avail\n123456789012\n" }))
    .program("cat", (args) => ({ stdout: args.join(" ").includes("boot_id") ? "boot-1\n" : "" }))
    .program(
      "find",
      () => ({ stdout: ["1 d 755 0 1000 1000 ", ...data].map((line) => `${line}\0`).join("") }),
    )
    .program("sync", () => ({}))
    .program("rm", (args) => {
      system.removeTree(args.at(-1) ?? "");
      return {};
    })
    .program("systemd-notify", () => ({}));
  const repository = { id: restic.id, location: "/srv/restic" };
  writeLineage(system, { version: 1, lineage: "a", counter: 1, claimed: true, fresh: false, repository });
  updateRecord(system, { mine: [claim.id], ...record });
  const events = system.events ?? [];
  events.length = 0;
  system.onRun = ({ program, args }) => {
    if (program === "find" || program === "restic" && !args.includes("version")) {
      events.push(`${program} ${resticWords(args)}`);
    }
    if (program === "systemctl" && !args.includes("show")) {
      events.push(args.filter((arg) => !arg.startsWith("--")).join(" "));
    }
  };
  const stderr = new MemorySink();
  const output = new Output({ stdout: new MemorySink(), stderr });
  const hands = { system, clock: new PatientClock(), output };
  const manifest = aManifest({ backup: aPolicy(policy) });
  const backup = {
    repository: "/srv/restic",
    passwordfile: `${HOME}/.restic-password`,
    environment: {},
    prune: undefined,
  };
  const job: BackupJob = { manifest, policy: aPolicy(policy), backup };
  return {
    hands,
    system,
    restic,
    down,
    stderr,
    claim,
    job,
    events,
    lineage: () => readLineage(system),
  };
}

/** What the target stands for. */
const ALL = ["web.service", "db.service"];

/** A manager that stops and starts what it is told, at once. */
function runSystemctl(args: readonly string[], down: Set<string>): { readonly stdout?: string } {
  const names = args.slice(args.indexOf("--") + 1).flatMap((name) => name === "web.target" ? ALL : [name]);
  if (args.includes("stop")) names.forEach((name) => down.add(name));
  if (args.includes("start")) names.forEach((name) => down.delete(name));
  if (!args.includes("show")) return {};
  const dead = { ActiveState: "inactive", SubState: "dead" };
  return { stdout: shown(Object.fromEntries(names.map((name) => [name, down.has(name) ? dead : {}]))) };
}

/** A command of restic's by its name, with the kind of what is saved. */
function resticWords(args: readonly string[]): string {
  const kind = args.find((arg) => /^--tag=ppm-(good|hot|suspect|incomplete|claim)$/.test(arg));
  return [
    args[0] === "-P" ? "data" : args[0],
    ...(kind === undefined ? [] : [kind.slice("--tag=ppm-".length)]),
  ]
    .join(" ");
}
