/**
 * Screens the tree of a commit before anything of it is checked out, read or rendered: what a repository may hold to be a definition.
 *
 * Pure. git refuses some of this by itself when objects arrive (`transfer.fsckObjects`); a clone may also have been made by hand.
 */
import type { Problem } from "../errors.ts";
import { linkProblem } from "./screen_links.ts";
import { nameProblem, printableName } from "./screen_names.ts";
import type { Tree, TreeEntry } from "./tree.ts";

const MIB = 1024 * 1024;

/** The limits of a definition. Far above any that a person writes, and low enough that ppm's memory stays small. */
export const LIMITS = {
  entries: 20_000,
  /** A file that is rendered: appinfo.yml, and `*.eta` under `templates/`. */
  renderedBytes: 1 * MIB,
  /** A file that is copied: any other under `templates/`. */
  copiedBytes: 16 * MIB,
  /** All files under `templates/`. */
  templatesBytes: 32 * MIB,
  /** The whole commit, as it is checked out. */
  treeBytes: 256 * MIB,
} as const;

/** Where a definition lies in its repository. */
export interface Layout {
  readonly appinfo: string;
  /** Ends in a slash. */
  readonly templates: string;
}

/** Returns where a definition in `directory` (`.` for the top) has its parts. */
export function layoutOf(directory: string): Layout {
  const prefix = directory === "." ? "" : `${directory}/`;
  return { appinfo: `${prefix}appinfo.yml`, templates: `${prefix}templates/` };
}

/** Returns everything that is wrong with `tree` as the home of a definition in `directory`, in the order of the tree. */
export function screenTree(tree: Tree, directory: string): readonly Problem[] {
  const layout = layoutOf(directory);
  return [
    ...tree.entries.flatMap((entry) => {
      const message = entryProblem(entry, tree, layout);
      return message === undefined ? [] : [{ file: printableName(entry.path), message }];
    }),
    ...sumProblems(tree.entries, layout).map((message) => ({ file: "definition", message })),
    ...missingProblems(tree.entries, layout, directory),
  ];
}

function entryProblem(entry: TreeEntry, tree: Tree, layout: Layout): string | undefined {
  return nameProblem(entry) ?? kindProblem(entry, tree, layout) ?? sizeProblem(entry, layout);
}

function kindProblem(entry: TreeEntry, tree: Tree, layout: Layout): string | undefined {
  if (entry.kind === "submodule") {
    return "is a submodule, and ppm fetches none: put its files into the repository";
  }
  if (entry.kind !== "link") return undefined;
  if (isInterpreted(entry.path, layout) || `${entry.path}/` === layout.templates) {
    return "is a symbolic link, which neither appinfo.yml nor anything under templates/ may be: put the file itself there";
  }
  return linkProblem(entry.path, tree.links);
}

function sizeProblem({ path, size }: TreeEntry, layout: Layout): string | undefined {
  if (!isInterpreted(path, layout)) return undefined;
  const rendered = path === layout.appinfo || path.endsWith(".eta");
  const limit = rendered ? LIMITS.renderedBytes : LIMITS.copiedBytes;
  if (size <= limit) return undefined;
  return `is ${inMib(size)} large; a file that is ${rendered ? "rendered" : "copied"} may have ${
    inMib(limit)
  }`;
}

function sumProblems(entries: readonly TreeEntry[], layout: Layout): readonly string[] {
  const templates = totalSize(entries.filter((entry) => entry.path.startsWith(layout.templates)));
  const all = totalSize(entries);
  return [
    ...(entries.length > LIMITS.entries
      ? [`holds ${entries.length} files; ${LIMITS.entries} are allowed`]
      : []),
    ...(templates > LIMITS.templatesBytes
      ? [`holds ${inMib(templates)} under templates/; ${inMib(LIMITS.templatesBytes)} are allowed`]
      : []),
    ...(all > LIMITS.treeBytes ? [`holds ${inMib(all)}; ${inMib(LIMITS.treeBytes)} are allowed`] : []),
  ];
}

function missingProblems(
  entries: readonly TreeEntry[],
  layout: Layout,
  directory: string,
): readonly Problem[] {
  if (entries.some((entry) => entry.path === layout.appinfo)) return [];
  const others = entries.filter((entry) => /(^|\/)appinfo\.yml$/.test(entry.path) && entry.kind !== "link")
    .map((entry) => printableName(entry.path.replace(/\/?appinfo\.yml$/, "") || "."));
  const advice = others.length === 0
    ? "the repository has none anywhere"
    : `set definition.directory in config.yml to where there is one: ${others.slice(0, 10).join(", ")}`;
  const place = directory === "." ? "at the top of the repository" : `in the directory ${directory}`;
  return [{ file: layout.appinfo, message: `is missing ${place}; ${advice}` }];
}

function isInterpreted(path: string, layout: Layout): boolean {
  return path === layout.appinfo || path.startsWith(layout.templates);
}

function totalSize(entries: readonly TreeEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.size, 0);
}

function inMib(bytes: number): string {
  return `${(bytes / MIB).toFixed(bytes % MIB === 0 ? 0 : 1)} MiB`;
}
