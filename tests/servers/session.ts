/**
 * Types what a page of documentation shows into a server, as written and in order, and compares what comes back with what it shows.
 *
 * - A fenced block after a line that begins with `~/PATH` in backticks is the content of that file, written by the user app; after `~USER/PATH`, by USER,
 *   and after `/PATH` by root.
 * - A fenced block "console" is a session. A line with a prompt, `root@server:~# ` or `USER@server:~$ `, is a command, typed after `su - USER`;
 *   it goes on in the next line after a backslash. What follows up to the next prompt is exactly what it prints, to stdout and stderr.
 * - The prompt names the machine; a file is written on that of the session after it.
 * - In that output `…` stands for anything within a line, and a line of nothing but `…` for any number of lines; runs of blanks are equal.
 * - A command that shows a line beginning with `error:` must fail, and any other must succeed. `reboot` is a power cut.
 * - A block after a line that begins with `Debian 12` or `Debian 13` is for that release alone; so is one after a file's line that goes on
 *   with `(Debian 12`.
 */

import type { Release, Server } from "./server.ts";

/** One thing that the reader does. */
export type Step =
  & {
    /** Where it stands on the page, from 1. */
    readonly line: number;
    /** undefined: on every release. */
    readonly release: Release | undefined;
    /** The machine, as the prompt has it. */
    readonly host: string;
  }
  & (
    | { readonly kind: "file"; readonly user: string; readonly path: string; readonly content: string }
    | {
      readonly kind: "command";
      readonly user: string;
      readonly command: string;
      readonly shown: readonly string[];
    }
  );

const RELEASES: Readonly<Record<string, Release>> = { "12": "bookworm", "13": "trixie" };
const FENCE = /^```(\S*)/;
const FILE_TITLE = /^`(~\w*)?(\/[^`]+)`/;
const RELEASE_TITLE = /^(?:`[^`]*` \()?Debian (\d+)/;
const PROMPT = /^(\w+)@(\w+):~[#$] (.*)$/;

/** Given a page in Markdown, returns what its reader does. */
export function readSteps(page: string): readonly Step[] {
  const lines = page.split("\n");
  const steps: Step[] = [];
  let files: Omit<Extract<Step, { kind: "file" }>, "host">[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = FENCE.exec(lines[at] ?? "");
    if (fence === null) continue;
    const end = lines.indexOf("```", at + 1);
    const block = lines.slice(at + 1, end);
    const title = lines.slice(0, at).findLast((line) => line !== "") ?? "";
    const release = RELEASES[RELEASE_TITLE.exec(title)?.[1] ?? ""];
    const [, owner, path] = FILE_TITLE.exec(title) ?? [];
    if (fence[1] === "console") {
      const session = readSession(block, at + 2, release);
      const host = session[0]?.host ?? "";
      steps.push(...files.map((file) => ({ ...file, host })), ...session);
      files = [];
    } else if (path !== undefined) {
      files.push({
        kind: "file",
        line: at + 1,
        release,
        user: owner === undefined ? "root" : owner.slice(1) || "app",
        path: owner === undefined ? path : path.slice(1),
        content: `${block.join("\n")}\n`,
      });
    }
    at = end;
  }
  return steps;
}

function readSession(
  block: readonly string[],
  firstLine: number,
  release: Release | undefined,
): readonly Step[] {
  const steps: Step[] = [];
  let shown: string[] = [];
  for (let at = 0; at < block.length; at++) {
    const prompt = PROMPT.exec(block[at] ?? "");
    if (prompt === null) {
      shown.push(block[at] ?? "");
      continue;
    }
    const line = firstLine + at;
    const [, user = "", host = ""] = prompt;
    let command = prompt[3] ?? "";
    while (command.endsWith("\\")) command += `\n${block[++at]}`;
    shown = [];
    steps.push({ kind: "command", line, release, host, user, command, shown });
  }
  return steps;
}

/** Does `steps` in `server`; throws an `Error` with the place in `page` at the first that does not end as shown. */
export async function replay(server: Server, page: string, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const otherRelease = step.release !== undefined && !server.release.includes(step.release); // "bare-trixie" is a trixie
    if (otherRelease) continue;
    if (step.kind === "file") {
      await server.writeFile(step.path, step.content, step.user === "root" ? {} : { user: step.user });
    } else if (step.command === "reboot") {
      await server.powerCut();
      await server.boot();
    } else {
      const argv = ["su", "-", step.user, "-c", `exec 2>&1; ${step.command}`];
      const { code, stdout } = await server.run(argv, { check: false, seconds: 300 });
      const failing = step.shown.some((line) => line.startsWith("error:"));
      if (fits(step.shown, stdout) && (code !== 0) === failing) continue;
      const ended = `ends with ${code} and prints:\n${stdout}\nbut the page shows:\n${step.shown.join("\n")}`;
      throw new Error(`${page}:${step.line}: ${step.command}\n${ended}`);
    }
  }
}

/** Whether output is what a page shows. Empty lines at the end do not count. */
export function fits(shown: readonly string[], output: string): boolean {
  const pattern = shown.join("\n").trimEnd().split("\n").map((line) =>
    line.trim() === "…" ? "(?:[^\\n]*\\n)*" : `${RegExp.escape(squeeze(line)).replaceAll("…", "[^\\n]*")}\\n`
  ).join("");
  return new RegExp(`^${pattern}$`).test(`${squeeze(output.trimEnd())}\n`);
}

/** Columns move with what is in them. */
function squeeze(text: string): string {
  return text.replace(/[ \t]+/g, " ").replace(/ +$/gm, "");
}
