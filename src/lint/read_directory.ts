/**
 * Reads a definition from a directory, as the author has it before the first commit: no git, nothing of a `.git` is looked at. It becomes
 * the same {@linkcode Tree} that a commit is, so that the same screening judges both.
 */
import { type Problem, UserError } from "../errors.ts";
import type { FileStat, ReadSystem } from "../host/system.ts";
import type { Source } from "../definition/definition.ts";
import { layoutOf, LIMITS, screenTree } from "../definition/screen.ts";
import { printableName } from "../definition/screen_names.ts";
import type { Tree, TreeEntry } from "../definition/tree.ts";

/** What came of reading a directory. */
export interface ReadDefinition {
  /** undefined: what is wrong with the tree lets nobody read it. */
  readonly source: Source | undefined;
  readonly problems: readonly Problem[];
}

/** A tree that is being walked. */
interface Walk {
  readonly system: ReadSystem;
  readonly top: string;
  readonly entries: TreeEntry[];
  readonly links: Map<string, string | undefined>;
  readonly problems: Problem[];
}

/** What stands for the id of an object: nothing of a directory has one. */
const NO_OBJECT = "";

/** Reads the definition in `directory` (absolute). Throws {@linkcode UserError} where that is no directory. */
export function readDefinitionDirectory(system: ReadSystem, directory: string): ReadDefinition {
  const names = system.readDirectory(directory);
  if (names === undefined) {
    throw new UserError(`Cannot lint ${printableName(directory)}: it is no directory`, { exit: "usage" });
  }
  const walk: Walk = { system, top: directory, entries: [], links: new Map(), problems: [] };
  walkDirectory(walk, "", names);
  const tree: Tree = { entries: walk.entries, links: walk.links };
  const problems = [...walk.problems, ...screenTree(tree, ".")];
  return { source: problems.length > 0 ? undefined : readSource(walk), problems };
}

/** Beyond the limit nothing is looked at: whoever names a home directory is not to wait for all of it. */
function walkDirectory(walk: Walk, prefix: string, names: readonly string[]): void {
  for (const name of names) {
    if (walk.entries.length > LIMITS.entries) return;
    const path = `${prefix}${name}`;
    if (path !== ".git") reading(walk, path, () => addEntry(walk, path));
  }
}

function addEntry(walk: Walk, path: string): void {
  const { system, top } = walk;
  const stat = system.lstat(`${top}/${path}`);
  if (stat === undefined && !path.includes("\ufffd")) return; // it has just been removed
  // Deno lists a name that is not UTF-8 with U+FFFD in it, and nothing stands under that name.
  if (stat === undefined) return void walk.entries.push({ ...entry(path, "file", 0), legible: false });
  if (stat.kind === "directory") return addDirectory(walk, path);
  if (stat.kind === "link") {
    const target = system.readLink(`${top}/${path}`);
    walk.links.set(path, target?.includes("\ufffd") ? undefined : target);
    walk.entries.push(entry(path, "link", stat.size));
  } else if (stat.kind === "file") walk.entries.push(entry(path, fileKind(stat), stat.size));
  else addProblem(walk, path, "is neither a file nor a directory: git would leave it out");
}

/** A directory with a `.git` in it is another repository, which git would take for a submodule. */
function addDirectory(walk: Walk, path: string): void {
  const names = walk.system.readDirectory(`${walk.top}/${path}`) ?? [];
  if (names.includes(".git")) walk.entries.push(entry(path, "submodule", 0));
  else walkDirectory(walk, `${path}/`, names);
}

function readSource({ system, top, entries }: Walk): Source {
  const layout = layoutOf(".");
  const contentOf = (path: string) => system.readFile(`${top}/${path}`) ?? new Uint8Array();
  return {
    repository: top,
    commit: "0".repeat(40),
    directory: ".",
    appinfo: contentOf(layout.appinfo),
    templates: entries.filter(({ path }) => path.startsWith(layout.templates)).map(({ path, kind }) => ({
      path: path.slice(layout.templates.length),
      content: contentOf(path),
      executable: kind === "executable",
    })),
  };
}

/** What cannot be read is a fault of the definition as well: git could not take it either. */
function reading(walk: Walk, path: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    addProblem(walk, path, "cannot be read by this user");
  }
}

function addProblem({ problems }: Walk, path: string, message: string): void {
  problems.push({ file: printableName(path), message });
}

function entry(path: string, kind: TreeEntry["kind"], size: number): TreeEntry {
  return {
    path,
    legible: true,
    kind,
    object: NO_OBJECT,
    size,
  };
}

function fileKind({ mode }: FileStat): "file" | "executable" {
  return (mode & 0o100) !== 0 ? "executable" : "file";
}
