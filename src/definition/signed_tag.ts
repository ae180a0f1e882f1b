/** An annotated tag as an object: what its signature is about. The name that leads to it is no part of that. */
import { UserError } from "../errors.ts";
import { git } from "../host/git.ts";
import type { ReadSystem } from "../host/system.ts";
import { printableName } from "./screen_names.ts";
import { TAGS } from "./clone_revision.ts";

/** The head of a tag object. */
export interface TagObject {
  /** Its full id. */
  readonly id: string;
  /** The full id of what it is about. */
  readonly object: string;
  /** The name that it was made under. */
  readonly name: string;
}

/** Returns what `ref` (`refs/tags/NAME`) holds in the repository at `directory`; undefined where that is no annotated tag. */
export async function tagIn(
  system: ReadSystem,
  directory: string,
  ref: string,
): Promise<TagObject | undefined> {
  const { stdout } = await system.run(git(["cat-file", "--batch"], {
    directory,
    changes: false,
    stdin: `${ref}\n`,
  }));
  return parseTagObject(stdout);
}

/** Returns what leads to `commit` in the repository at `directory` among its tags: `refs/tags/NAME` each. */
export async function tagsOf(
  system: ReadSystem,
  directory: string,
  commit: string,
): Promise<readonly string[]> {
  const args = ["for-each-ref", "--format=%(refname)", `--points-at=${commit}`, TAGS];
  const { stdout } = await system.run(git(args, { directory, changes: false }));
  return stdout.split("\n").filter((ref) => ref !== "");
}

/** Reads `ID tag SIZE` and the lines of the object, in the order that git-mktag(1) demands. */
export function parseTagObject(output: string): TagObject | undefined {
  const lines = /^([0-9a-f]+) tag \d+\nobject ([0-9a-f]+)\ntype \S+\ntag (.+)\n/.exec(output);
  if (lines === null) return undefined;
  const [, id = "", object = "", name = ""] = lines;
  return { id, object, name };
}

/** Says whether `tag` was made under the name that now leads to it, `ref`. */
export function hasOwnName(ref: string, tag: TagObject): boolean {
  return tag.name === ref.slice(TAGS.length);
}

/**
 * Throws {@linkcode UserError} (exit code 4) where `tag` was signed under another name than the one that now leads to `ref`: a server that
 * passes an old release off as the new one does that.
 */
export function requireOwnName(ref: string, tag: TagObject): void {
  if (hasOwnName(ref, tag)) return;
  throw new UserError(
    `Cannot use the tag "${ref.slice(TAGS.length)}" of the definition: it was signed as "${
      printableName(tag.name)
    }"`,
    {
      exit: "invalid",
      hint: "The repository gives another release this name. Ask whoever signs the releases",
    },
  );
}
