/** Reads a definition out of a commit: from git's objects, never from the work tree, and only after screening. */
import { InvalidError, UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import type { Clone } from "./clone.ts";
import type { Source } from "./definition.ts";
import { layoutOf, screenTree } from "./screen.ts";
import { readTree, type Tree } from "./tree.ts";
import { readObjects } from "./tree_objects.ts";

/**
 * Returns the definition that lies in `directory` (`.` for the top) of the clone's commit.
 *
 * Throws {@linkcode InvalidError} with everything that screening finds. Costs two or three processes, whatever the number of templates.
 */
export async function readSource(
  system: ReadSystem,
  clone: Pick<Clone, "directory" | "commit" | "repository">,
  directory: string,
): Promise<Source> {
  const { commit, repository } = clone;
  const tree = await readScreenedTree(system, clone, directory);
  const layout = layoutOf(directory);
  const appinfo = tree.entries.find((entry) => entry.path === layout.appinfo);
  const templates = tree.entries.filter((entry) => entry.path.startsWith(layout.templates));
  const wanted = appinfo === undefined ? templates : [appinfo, ...templates];
  const contents = await readObjects(system, clone.directory, wanted.map((entry) => entry.object));
  const contentOf = (object: string | undefined) => {
    const content = contents.get(object ?? "");
    if (content === undefined) {
      throw new UserError(`Cannot read the object ${object} of the definition: it is missing`);
    }
    return content;
  };
  return {
    repository,
    commit,
    directory,
    appinfo: contentOf(appinfo?.object),
    templates: templates.map((entry) => ({
      path: entry.path.slice(layout.templates.length),
      content: contentOf(entry.object),
      executable: entry.kind === "executable",
    })),
  };
}

/** Lists the tree of the clone's commit and throws {@linkcode InvalidError} with everything in it that no definition may hold. */
export async function readScreenedTree(
  system: ReadSystem,
  clone: Pick<Clone, "directory" | "commit">,
  directory: string,
): Promise<Tree> {
  const tree = await readTree(system, clone.directory, clone.commit);
  const problems = screenTree(tree, directory);
  if (problems.length > 0) {
    throw new InvalidError(problems, {
      hint: `These stand in the commit ${clone.commit.slice(0, 12)} of the definition`,
    });
  }
  return tree;
}
