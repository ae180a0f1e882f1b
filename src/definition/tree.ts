/** The tree of one commit: what `git ls-tree` lists, before anything of it is checked out or read. */
import { decodeUtf8 } from "../config/utf8.ts";
import { UserError } from "../errors.ts";
import { git } from "../host/git.ts";
import { ProgramError } from "../host/program_error.ts";
import type { ReadSystem } from "../host/system.ts";
import { readObjects } from "./tree_objects.ts";

/** One file, link or submodule of a commit. */
export interface TreeEntry {
  /** With slashes, from the top of the repository; bytes that are no UTF-8 stand as U+FFFD. */
  readonly path: string;
  /** Whether the path is UTF-8. */
  readonly legible: boolean;
  readonly kind: "file" | "executable" | "link" | "submodule";
  /** The object's full id. */
  readonly object: string;
  /** Bytes; 0 for a submodule. */
  readonly size: number;
}

/** All that a commit holds. */
export interface Tree {
  readonly entries: readonly TreeEntry[];
  /** Where each link points, as written, by the path of the link; undefined for a target that is no UTF-8 or too long to be one. */
  readonly links: ReadonlyMap<string, string | undefined>;
}

/** Room for about 100,000 entries; a tree made to unfold without end is cut off here. */
const MAX_LISTING_BYTES = 16 * 1024 * 1024;

/** The longest path that Linux takes (PATH_MAX), and so the longest link. */
const MAX_LINK_BYTES = 4096;

/** Lists the tree of `commit` in the clone at `directory`. Throws where it is too large to be a definition. */
export async function readTree(system: ReadSystem, directory: string, commit: string): Promise<Tree> {
  const entries = parseTree(await list(system, directory, commit));
  const links = entries.filter((entry) => entry.kind === "link");
  const short = links.filter((link) => link.size <= MAX_LINK_BYTES);
  const targets = await readObjects(system, directory, short.map((link) => link.object));
  return {
    entries,
    links: new Map(links.map((link) => {
      const target = targets.get(link.object);
      return [link.path, target && decodeUtf8(target)];
    })),
  };
}

/** Returns the size of each file of `commit`, in bytes, in the clone at `directory`. */
export async function fileSizes(
  system: ReadSystem,
  directory: string,
  commit: string,
): Promise<readonly number[]> {
  return parseTree(await list(system, directory, commit)).map(({ size }) => size);
}

async function list(system: ReadSystem, directory: string, commit: string): Promise<Uint8Array> {
  const args = ["ls-tree", "-r", "-z", "-l", "--full-tree", "--end-of-options", commit];
  try {
    const options = { directory, changes: false, maxOutputBytes: MAX_LISTING_BYTES };
    return (await system.run(git(args, options))).stdoutBytes;
  } catch (error) {
    if (!(error instanceof ProgramError) || error.failure.kind !== "output") throw error;
    throw new UserError(
      `Cannot use the commit ${commit.slice(0, 12)}: it holds more files than any definition`,
      {
        exit: "invalid",
        cause: error,
      },
    );
  }
}

/** Reads the output of `git ls-tree -r -z -l`: `MODE TYPE OBJECT SIZE<TAB>PATH<NUL>` for each entry. */
export function parseTree(output: Uint8Array): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let start = 0; start < output.length;) {
    const end = output.indexOf(0, start);
    const tab = output.indexOf(9, start);
    if (end < 0 || tab < 0 || tab > end) throw new Error("git ls-tree printed an entry without an end");
    entries.push(parseEntry(output.subarray(start, tab), output.subarray(tab + 1, end)));
    start = end + 1;
  }
  return entries;
}

function parseEntry(head: Uint8Array, path: Uint8Array): TreeEntry {
  const [mode = "", , object = "", size = ""] = new TextDecoder().decode(head).split(/ +/);
  const legible = decodeUtf8(path);
  return {
    path: legible ?? new TextDecoder().decode(path),
    legible: legible !== undefined,
    kind: kindOf(mode),
    object,
    size: size === "-" ? 0 : Number(size),
  };
}

/** Reads a mode as git writes it (git-fast-import(1) lists them): six octal digits. */
function kindOf(mode: string): TreeEntry["kind"] {
  if (mode === "120000") return "link";
  if (mode === "160000") return "submodule";
  if (/^100[0-7]{3}$/.test(mode)) return Number.parseInt(mode, 8) & 0o100 ? "executable" : "file";
  throw new Error(`git ls-tree printed the unknown mode ${JSON.stringify(mode)}`);
}
