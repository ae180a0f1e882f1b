/** Real git repositories and a home directory of one's own, for the tests of everything that touches git. */
import { type Clone, type DefinitionPlace, prepareClone } from "../../src/definition/clone.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import type { Invocation, RunResult, User } from "../../src/host/system.ts";

/** The real machine, with another home directory, recording what it runs. */
export class HomeSystem extends RealSystem {
  override readonly user: User;
  readonly ran: Invocation[] = [];

  constructor(home: string) {
    super();
    this.user = {
      name: "app",
      uid: Deno.uid() ?? 0,
      gid: Deno.gid() ?? 0,
      home,
      runtimedirectory: "/run/user/0",
    };
  }

  override run(invocation: Invocation): Promise<RunResult> {
    this.ran.push(invocation);
    return super.run(invocation);
  }
}

/** A directory for one test, with a home directory that ppm has been in, and a repository to work in. */
export class Place implements Disposable {
  readonly top = Deno.makeTempDirSync({ prefix: "ppm-test-" });
  readonly home = `${this.top}/home`;
  readonly upstream = `${this.top}/upstream`;
  readonly clone = `${this.home}/.ppm/definition`;
  readonly system = new HomeSystem(this.home);

  constructor() {
    Deno.mkdirSync(`${this.home}/.ppm`, { recursive: true });
    Deno.mkdirSync(this.upstream);
    this.git("init", "--quiet", "--initial-branch=main");
  }

  /** Runs git in the upstream repository, as an author would. */
  git(...args: string[]): string {
    return git(this.upstream, ...args);
  }

  /** Writes files into the upstream repository and commits everything. Returns the commit's id. */
  commit(files: Readonly<Record<string, string | Uint8Array>>, message = "Change"): string {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
    this.git("add", "--all");
    this.git("commit", "--quiet", "--allow-empty", "--message", message);
    return this.git("rev-parse", "HEAD");
  }

  /** Writes one file into the upstream repository's work tree. */
  write(path: string, content: string | Uint8Array): void {
    const file = `${this.upstream}/${path}`;
    Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    Deno.writeFileSync(file, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }

  /**
   * Commits a tree as nobody's work tree could hold it: entries as `git mktree` reads them, without git's own checks.
   * Each is `[mode, path in one level, content or object id]`.
   */
  commitRaw(entries: readonly (readonly [mode: string, name: string, content: string])[]): string {
    const lines = entries.map(([mode, name, content]) => {
      if (mode === "160000") return `160000 commit ${content}\t${name}`;
      if (mode === "040000") return `040000 tree ${content}\t${name}`;
      return `${mode} blob ${this.blob(content)}\t${name}`;
    });
    const tree = this.tree(lines);
    const commit = this.git("commit-tree", tree, "-m", "Raw");
    this.git("update-ref", "refs/heads/main", commit);
    return commit;
  }

  /** Stores one content and returns its id. */
  blob(content: string): string {
    return gitInput(this.upstream, content, "hash-object", "-w", "--stdin");
  }

  /** Stores a tree from lines as `git ls-tree` prints them, and returns its id. */
  tree(lines: readonly string[]): string {
    return gitInput(this.upstream, lines.map((line) => `${line}\0`).join(""), "mktree", "-z", "--missing");
  }

  /** Makes many commits on a branch in one go; the ids are the same in every run. */
  commitMany(branch: string, count: number): void {
    const commits = Array.from(
      { length: count },
      (_, index) =>
        `commit refs/heads/${branch}\ncommitter A <a@example.org> ${1_700_000_000 + index} +0000\ndata 0\n\n`,
    );
    gitInput(this.upstream, commits.join(""), "fast-import", "--quiet");
  }

  /** What config.yml would say. */
  wanted(change: Partial<DefinitionPlace> = {}): DefinitionPlace {
    return { repository: this.upstream, revision: undefined, directory: ".", ...change };
  }

  /** Returns the clone; a new one is put into its place, as the plan does it. */
  async adopt(change: Partial<DefinitionPlace> = {}): Promise<Clone> {
    const clone = await prepareClone(this.system, this.wanted(change));
    if (!clone.isNew) return clone;
    this.system.rename(clone.directory, this.clone);
    return { ...clone, directory: this.clone, isNew: false };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.top, { recursive: true });
  }
}

/** The least that a definition holds. */
export const MINIMAL = {
  "appinfo.yml": "name: web\n",
  "templates/.config/web.conf.eta": "port = <%= it.variables.port %>\n",
};

/** Runs git in a directory, without ppm's hardening, and returns what it printed. */
export function git(directory: string, ...args: string[]): string {
  return gitInput(directory, "", ...args);
}

function gitInput(directory: string, input: string, ...args: string[]): string {
  const file = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(file, input);
    const { code, stdout, stderr } = new Deno.Command("sh", {
      args: ["-c", 'exec git "$@" < "$INPUT"', "git", ...args],
      cwd: directory,
      env: { INPUT: file, ...AUTHOR },
    }).outputSync();
    if (code !== 0) throw new Error(`git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout).trimEnd();
  } finally {
    Deno.removeSync(file);
  }
}

const AUTHOR = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Author",
  GIT_AUTHOR_EMAIL: "author@example.org",
  GIT_COMMITTER_NAME: "Author",
  GIT_COMMITTER_EMAIL: "author@example.org",
};

/** Awaits an error of this class and returns it. */
export async function errorOf<T extends Error>(
  type: abstract new (...args: never[]) => T,
  promise: Promise<unknown>,
): Promise<T> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof type) return error;
    throw error;
  }
  throw new Error(`no ${type.name} was thrown`);
}

/** Returns when nobody works below `path` any more: what git has started lives on for some milliseconds when ppm and git are killed. */
export async function nobodyWorksIn(path: string): Promise<void> {
  const works = (pid: string) => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/environ`).includes(`=${path}`);
    } catch {
      return false; // it has ended, or is somebody else's
    }
  };
  const processes = () =>
    [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((name) => /^\d+$/.test(name));
  while (processes().some(works)) await new Promise((resolve) => setTimeout(resolve, 10));
}
