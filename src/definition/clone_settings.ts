/** What the configuration inside a clone may say. Its values rank behind ppm's own, but for many settings ppm has none. */
import { UserError } from "../errors.ts";
import { git } from "../host/git.ts";
import type { ReadSystem } from "../host/system.ts";

/**
 * What git writes itself when it clones, and what a person who works in the clone may well set: nothing of this runs a program while ppm
 * uses the clone, leads to another server or loosens a check. Others do: `url.*.insteadOf`, `filter.*.smudge`, `http.sslVerify`,
 * `fetch.fsckObjects`, `remote.*.promisor`, `include.path` …
 */
const HARMLESS = [
  /^core\.(repositoryformatversion|filemode|bare|logallrefupdates|symlinks|ignorecase|editor|pager|abbrev|quotepath)$/,
  /^extensions\.(objectformat|refstorage)$/,
  /^remote\..*\.(url|pushurl|fetch|tagopt)$/,
  /^(branch|user|author|committer|alias|color|advice|pull|push|commit|tag|log|rebase|gc)\./,
];

/** Returns those settings that ppm does not fetch or check out under, each once. */
export function foreignSettings(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter((name) => !HARMLESS.some((pattern) => pattern.test(name)));
}

/** Throws {@linkcode UserError} where the configuration inside the clone at `directory` says more than it may. */
export async function requirePlainSettings(system: ReadSystem, directory: string): Promise<void> {
  const args = ["config", "--local", "--includes", "--list", "--name-only", "-z"];
  const { stdout } = await system.run(git(args, { directory, changes: false }));
  const foreign = foreignSettings(stdout.split("\0").filter((name) => name !== ""));
  if (foreign.length === 0) return;
  throw new UserError(
    `Cannot use the clone ${directory}: ${directory}/.git/config has settings that ppm did not make: ${
      foreign.join(", ")
    }`,
    {
      hint: "They could lead git elsewhere or have it run programs. Look at the file, then take each out: " +
        `git -C ${directory} config --unset-all ${foreign[0]}`,
    },
  );
}
