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

/** Reads `ID tag SIZE` and the lines of the object, in the order that git-mktag(1) demands. */
export function parseTagObject(output: string): TagObject | undefined {
  const lines = /^([0-9a-f]+) tag \d+\nobject ([0-9a-f]+)\ntype \S+\ntag (.+)\n/.exec(output);
  if (lines === null) return undefined;
  const [, id = "", object = "", name = ""] = lines;
  return { id, object, name };
}

/**
 * Throws {@linkcode UserError} (exit code 4) where `tag` was signed under another name than the one that now leads to `ref`: a server that
 * passes an old release off as the new one does that.
 */
export function requireOwnName(ref: string, tag: TagObject): void {
  const asked = ref.slice(TAGS.length);
  if (tag.name === asked) return;
  throw new UserError(
    `Cannot use the tag "${asked}" of the definition: it was signed as "${printableName(tag.name)}"`,
    {
      exit: "invalid",
      hint: "The repository gives another release this name. Ask whoever signs the releases",
    },
  );
}
