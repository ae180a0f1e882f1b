/** What restic prints, read and checked: 0.14 to 0.19. Everything throws {@linkcode TypeError} for what restic does not print. */
import { type Check, list, number, shape, text } from "../check_json.ts";

/** One element of `restic snapshots --json`. */
export interface ResticSnapshot {
  /** The full id. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly hostname: string;
  readonly username: string;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  /** The id that it had before its tags were changed, where they were. */
  readonly original?: string;
}

/** How far a pass or a restore is. */
export interface Progress {
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** One entry of a snapshot, or of a directory that is compared with one. */
export interface TreeEntry {
  /** Relative to what was listed, with slashes, without one at its beginning. */
  readonly path: string;
  readonly kind: "file" | "directory" | "link" | "other";
  /** Bytes; of files only. */
  readonly size: number;
  /** Permission bits with set-user-ID, set-group-ID and sticky; of anything but links. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** What a pass says of itself at its end. */
export interface PassSummary {
  /** Short (8 digits) before 0.15; null where restic made none. */
  readonly snapshot: string | null;
  readonly entries: number;
  readonly bytes: number;
  readonly addedBytes: number;
}

/** One line of `restic backup --json` or `restic restore --json`. */
export type PassMessage =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "summary"; readonly summary: PassSummary }
  | { readonly kind: "complaint"; readonly text: string };

/** A field that restic leaves out where it is zero, empty or null. */
function optional<T>(check: Check<T>, otherwise: T): Check<T> {
  return (value, path) => value === undefined || value === null ? otherwise : check(value, path);
}

const count = optional(number, 0);

/** Returns the value that `json` holds. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new TypeError("it is no JSON");
  }
}

function id(value: unknown, path: string): string {
  return /^[0-9a-f]{64}$/.test(text(value, path)) ? text(value, path) : wrong(path, "an id");
}

function someId(value: unknown, path: string): string {
  return /^[0-9a-f]{8,64}$/.test(text(value, path)) ? text(value, path) : wrong(path, "an id");
}

function time(value: unknown, path: string): number {
  const ms = Date.parse(text(value, path));
  return Number.isNaN(ms) ? wrong(path, "a time") : ms;
}

function wrong(path: string, expected: string): never {
  throw new TypeError(`${path} is not ${expected}`);
}

const snapshotShape = shape({
  id,
  time,
  hostname: text,
  username: optional(text, ""),
  paths: list(text),
  tags: optional(list(text), []),
  original: optional<string | undefined>(id, undefined),
});

function snapshot(value: unknown, path: string): ResticSnapshot {
  const { time: timeMs, original, ...rest } = snapshotShape(value, path);
  return { ...rest, timeMs, ...(original === undefined ? {} : { original }) };
}

/** Reads `restic snapshots --json`, newest last. */
export function parseSnapshots(stdout: string): readonly ResticSnapshot[] {
  return list(snapshot)(parse(stdout), "").toSorted((a, b) => a.timeMs - b.timeMs);
}

/** Reads `restic cat config`: the repository's id. */
export function parseRepositoryId(stdout: string): string {
  return shape({ id })(parse(stdout), "").id;
}

const groups = list(shape({
  keep: optional(list(shape({ id })), []),
  remove: optional(list(shape({ id })), []),
}));

/** Reads `restic forget --dry-run --json`; nothing at all is printed where no snapshot is concerned. */
export function parseForget(
  stdout: string,
): { readonly keep: readonly string[]; readonly remove: readonly string[] } {
  const all = stdout.trim() === "" ? [] : groups(parse(stdout), "");
  return {
    keep: all.flatMap(({ keep }) => keep.map((one) => one.id)),
    remove: all.flatMap(({ remove }) => remove.map((one) => one.id)),
  };
}

const progress = shape({
  files_done: count,
  files_restored: count,
  total_files: count,
  bytes_done: count,
  bytes_restored: count,
  total_bytes: count,
});

const summary = shape({
  snapshot_id: optional<string | null>((value, path) => value === "" ? null : someId(value, path), null),
  total_files_processed: count,
  total_bytes_processed: count,
  data_added: count,
});

const complaint = shape({
  during: optional(text, ""),
  item: optional(text, ""),
  error: optional(shape({ message: optional(text, "") }), { message: "" }),
});

/**
 * Reads one line of `restic backup --json` or `restic restore --json`. Undefined for what is no message, such as `signal interrupt
 * received, cleaning up`, and for messages that say nothing here.
 */
export function parsePassMessage(line: string): PassMessage | undefined {
  if (!line.startsWith("{")) return undefined;
  const value = parse(line);
  const { message_type: type } = shape({ message_type: text })(value, "");
  switch (type) {
    case "status": {
      const found = progress(value, "status");
      return {
        kind: "progress",
        progress: {
          filesDone: found.files_done + found.files_restored,
          filesTotal: found.total_files,
          bytesDone: found.bytes_done + found.bytes_restored,
          bytesTotal: found.total_bytes,
        },
      };
    }
    case "summary": {
      const found = summary(value, "summary");
      return {
        kind: "summary",
        summary: {
          snapshot: found.snapshot_id,
          entries: found.total_files_processed,
          bytes: found.total_bytes_processed,
          addedBytes: found.data_added,
        },
      };
    }
    case "error": {
      const { item, error, during } = complaint(value, "error");
      // What cannot be looked at beforehand cannot be saved either, and is named again then.
      return during === "scan"
        ? undefined
        : { kind: "complaint", text: [item, error.message].filter(Boolean).join(": ") };
    }
  }
  return undefined;
}

const node = shape({
  type: text,
  path: text,
  size: count,
  mode: count,
  uid: count,
  gid: count,
});

/** Reads one line of `restic ls --json`; undefined for the snapshot that comes first and for the summary of later releases. */
export function parseNode(line: string): TreeEntry | undefined {
  const value = parse(line);
  const { struct_type, message_type } = shape({
    struct_type: optional(text, ""),
    message_type: optional(text, ""),
  })(value, "");
  const type = struct_type || message_type;
  if (type !== "node") return type === "" ? wrong("the line", "a node") : undefined;
  const { path, size, mode, uid, gid, type: kindOfNode } = node(value, "node");
  const kind = KINDS.get(kindOfNode) ?? "other";
  return {
    path: path.replace(/^\//, ""),
    kind,
    size: kind === "file" ? size : 0,
    mode: kind === "link" ? 0 : unixMode(mode),
    uid,
    gid,
  };
}

const KINDS: ReadonlyMap<string, TreeEntry["kind"]> = new Map([
  ["file", "file"],
  ["dir", "directory"],
  ["symlink", "link"],
]);

/** Go keeps set-user-ID, set-group-ID and sticky in bits 23, 22 and 20 of a file's mode (os.FileMode). */
function unixMode(mode: number): number {
  const has = (bit: number) => Math.floor(mode / 2 ** bit) % 2 === 1;
  return (mode & 0o777) | (has(23) ? 0o4000 : 0) | (has(22) ? 0o2000 : 0) | (has(20) ? 0o1000 : 0);
}
