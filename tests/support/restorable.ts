/** A snapshot that can be brought back: what restic lists of it, and what a restore makes of it. */
import type { aBackupScene } from "./backup_scene.ts";

const HOME = "/home/app";

/** A file of a snapshot, by its path below its root. */
const FILES: Readonly<Record<string, string>> = {
  "data/page": "restored",
  ".ppm/key": "same key",
  ".ppm/lineage.json": "another's",
  ".ppm/lock": "another's",
};

/** What goes wrong with a restore, and what else comes back. */
export interface RestoreOptions {
  /** Files by path, beside the usual ones. */
  readonly files?: Readonly<Record<string, string>>;
  /** What comes back otherwise than it was listed. */
  readonly damage?: (files: Map<string, string>) => void;
}

/** Lets the scene's restic hold, and its find(1) see, such a snapshot. Its data is 1 entry of 8 bytes. */
export function makeRestorable(
  { system, restic, job, events }: Pick<
    ReturnType<typeof aBackupScene>,
    "system" | "restic" | "job" | "events"
  >,
  { files = {}, damage = () => {} }: RestoreOptions = {},
): void {
  const held = new Map(Object.entries({ ...FILES, ...files }));
  const come = new Map(held);
  damage(come);
  const node = (path: string, type: string, size: number, mode: number) =>
    JSON.stringify({ struct_type: "node", path: `/${path}`, type, size, mode, uid: 4711, gid: 4711 });
  restic.answers.ls = () => ({
    stdout: [
      JSON.stringify({ struct_type: "snapshot", time: "2026-01-01T03:00:00Z" }),
      ...directories(held).map((path) => node(path, "dir", 0, 2 ** 31 + 0o700)),
      ...[...held].map(([path, content]) => node(path, "file", content.length, 0o600)),
    ].map((line) => `${line}\n`).join(""),
  });
  restic.answers.restore = (args) => {
    const target = args.find((arg) => arg.startsWith("--target="))?.slice("--target=".length) ?? "";
    const before = events.length;
    for (const [path, content] of come) system.addFile(`${target}/${path}`, content, 0o600);
    events.length = before; // restic's doing
    return {};
  };
  system.program("find", (args) => {
    const [, top = ""] = args;
    const { uid, gid } = system.user;
    const lines = below(system, top).map(([path, kind, size]) =>
      kind === "directory" ? `1 d 700 0 ${uid} ${gid} ${path}` : `1 f 600 ${size} ${uid} ${gid} ${path}`
    );
    return { stdout: [`1 d 700 0 ${uid} ${gid} `, ...lines].map((line) => `${line}\0`).join("") };
  });
  system.addFile(`${HOME}/.ppm/key`, "same key", 0o600);
  system.addFile(job.backup.passwordfile, "secret", 0o600);
}

function directories(files: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...files.keys()].map((path) => path.slice(0, path.lastIndexOf("/"))))].sort();
}

/** Everything below `top`, by its path there. */
function below(
  system: Pick<ReturnType<typeof aBackupScene>["system"], "readDirectory" | "lstat">,
  top: string,
): readonly (readonly [string, string, number])[] {
  return (system.readDirectory(top) ?? []).flatMap((name) => {
    const stat = system.lstat(`${top}/${name}`);
    const inside = below(system, `${top}/${name}`).map(([path, kind, size]) =>
      [`${name}/${path}`, kind, size] as const
    );
    return [[name, stat?.kind ?? "", stat?.size ?? 0] as const, ...inside];
  });
}
