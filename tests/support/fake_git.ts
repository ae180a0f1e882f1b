/** The git of a clone, without contents: a history in which each commit is the parent of the next, and what is checked out. */
import type { Answer } from "./fake_system.ts";

export class FakeGit {
  /** The commit that is checked out. */
  head: string;
  /** What upstream's branch `main` was at when last asked. */
  tip: string;
  /** The oldest first; what is left out the clone does not have. */
  history: readonly string[];
  /** Files that were changed by hand. */
  changed: readonly string[] = [];
  /** Whether all commits bear a signature that counts. */
  signed = true;
  /** Whether the disk has no room for another work tree. */
  full = false;

  /** `history`: the oldest first. */
  constructor(history: readonly string[]) {
    this.history = history;
    this.head = history[0] ?? "";
    this.tip = history.at(-1) ?? "";
  }

  readonly run = (args: readonly string[]): Answer => {
    let at = args.indexOf("--work-tree=.") + 1;
    while (args[at] === "-c") at += 2;
    const [verb = "", ...rest] = args.slice(at);
    const answer = this.#answers[verb];
    if (answer === undefined) throw new Error(`Nobody has scripted git ${verb}`);
    return answer(rest);
  };

  readonly #answers: Record<string, (args: readonly string[]) => Answer> = {
    "rev-parse": (args) => {
      const commit = this.#resolve((args.at(-1) ?? "").replace(/\^.*/, ""));
      return commit === undefined ? { code: 1 } : { stdout: `${commit}\n` };
    },
    "merge-base": (args) => {
      const [ancestor, descendant] = args.slice(-2).map((commit) => this.history.indexOf(commit));
      return { code: ancestor !== undefined && descendant !== undefined && ancestor <= descendant ? 0 : 1 };
    },
    "ls-tree": () => ({}), // without contents
    "for-each-ref": () => ({ stdout: "refs/remotes/origin/HEAD\nrefs/remotes/origin/main\n" }),
    "config": (args) => args.includes("--list") ? {} : { stdout: "https://git.example.org/web.git\n" },
    "status": () => ({ stdout: this.changed.map((path) => ` M ${path}\0`).join("") }),
    "rev-list": () => ({}),
    "verify-commit": () => this.signed ? {} : { code: 1, stderr: "no signature\n" },
    "update-ref": () => ({}),
    "read-tree": () => ({}),
    "checkout": (args) => {
      if (this.full) return { code: 128, stderr: "fatal: No space left on device\n" };
      this.head = args.at(-2)?.replace("^0", "") ?? "";
      return {};
    },
  };

  #resolve(name: string): string | undefined {
    const commit = name === "HEAD" ? this.head : name.startsWith("refs/remotes/origin/") ? this.tip : name;
    return this.history.includes(commit) ? commit : undefined;
  }
}
