/** Where the symbolic links of a definition lead. */

/** As many as Linux follows before it gives up (path_resolution(7)). */
const MAX_FOLLOWED = 40;

/**
 * Says what is wrong with the link at `path`, if anything is, given the targets of all `links` of the tree. A link may lead to
 * what does not exist, but neither out of the tree, by whatever detour, nor in circles.
 */
export function linkProblem(
  path: string,
  links: ReadonlyMap<string, string | undefined>,
): string | undefined {
  const reached: string[] = [];
  const ahead = path.split("/");
  for (let followed = 0; ahead.length > 0;) {
    const name = ahead.shift();
    if (name === undefined || name === "" || name === ".") continue;
    if (name === "..") {
      if (reached.pop() === undefined) return "is a symbolic link that leaves the repository";
      continue;
    }
    reached.push(name);
    const here = reached.join("/");
    if (!links.has(here)) continue;
    const target = links.get(here);
    if (target === undefined || target.includes("\0")) return "is a symbolic link whose target is no path";
    if (target.startsWith("/")) return `is a symbolic link to an absolute path`;
    if (++followed > MAX_FOLLOWED) return "is a symbolic link that leads in circles";
    reached.pop();
    ahead.unshift(...target.split("/"));
  }
  return undefined;
}
