/**
 * Types what a page of documentation shows into a server, as written and in order, and compares what comes back with what it shows.
 *
 * - A fenced block after a line that begins with `~/PATH` or `/PATH` in backticks is the content of that file, as the user.
 * - A fenced block "console" is a session. A line with a prompt, `root@server:~# ` or `USER@server:~$ `, is a command; it goes on in the next
 *   line after a backslash. What follows up to the next prompt is exactly what the command prints, to stdout and stderr.
 * - In that output `…` stands for anything within a line, and a line of nothing but `…` for any number of lines; runs of blanks are equal.
 * - A command that shows a line beginning with `error:` must fail, and any other must succeed.
 */

import type { Server } from "./server.ts";

/** One thing that the reader does. `line` counts from 1. */
export type Step =
  | { readonly kind: "file"; readonly line: number; readonly path: string; readonly content: string }
  | {
    readonly kind: "command";
    readonly line: number;
    readonly user: string;
    readonly command: string;
    readonly shown: readonly string[];
  };

const FENCE = /^```(\S*)/;
const FILE_TITLE = /^`((?:~\/|\/)[^`]+)`/;
const PROMPT = /^(\w+)@server:~[#$] (.*)$/;

/** Given a page in Markdown, returns what its reader does. */
export function readSteps(page: string): readonly Step[] {
  const lines = page.split("\n");
  const steps: Step[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = FENCE.exec(lines[at] ?? "");
    if (fence === null) continue;
    const end = lines.indexOf("```", at + 1);
    const block = lines.slice(at + 1, end);
    const title = FILE_TITLE.exec(lines.slice(0, at).findLast((line) => line !== "") ?? "")?.[1];
    if (fence[1] === "console") steps.push(...readSession(block, at + 2));
    else if (title !== undefined) {
      steps.push({ kind: "file", line: at + 1, path: title, content: `${block.join("\n")}\n` });
    }
    at = end;
  }
  return steps;
}

function readSession(block: readonly string[], firstLine: number): readonly Step[] {
  const steps: Step[] = [];
  let shown: string[] = [];
  for (let at = 0; at < block.length; at++) {
    const prompt = PROMPT.exec(block[at] ?? "");
    if (prompt === null) {
      shown.push(block[at] ?? "");
      continue;
    }
    const line = firstLine + at;
    let command = prompt[2] ?? "";
    while (command.endsWith("\\")) command += `\n${block[++at]}`;
    shown = [];
    steps.push({ kind: "command", line, user: prompt[1] ?? "", command, shown });
  }
  return steps;
}

/** Does `steps` in `server`; throws an `Error` with the place in `page` at the first that does not end as shown. */
export async function replay(server: Server, page: string, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (step.kind === "file") {
      await server.writeFile(step.path.replace(/^~\//, ""), step.content, { user: "app" });
      continue;
    }
    const script = `exec 2>&1; ${step.command}`;
    const ran = await server.run(["bash", "-c", script], {
      check: false,
      ...(step.user === "root" ? { env: { HOME: "/root" } } : { user: step.user }),
    });
    const failing = step.shown.some((line) => line.startsWith("error:"));
    if (!fits(step.shown, ran.stdout) || (ran.code !== 0) !== failing) {
      throw new Error(
        `${page}:${step.line}: ${step.command}\nends with ${ran.code} and prints:\n${ran.stdout}\nnot as shown:\n${
          step.shown.join("\n")
        }`,
      );
    }
  }
}

/** Whether output is what a page shows. Empty lines at the end do not count. */
export function fits(shown: readonly string[], output: string): boolean {
  const pattern = shown.join("\n").trimEnd().split("\n").map((line) =>
    line.trim() === "…" ? "(?:.*\n)*" : `${RegExp.escape(squeeze(line)).replaceAll("…", ".*")}\n`
  ).join("");
  return new RegExp(`^${pattern}$`).test(`${squeeze(output.trimEnd())}\n`);
}

/** Columns move with what is in them. */
function squeeze(text: string): string {
  return text.replace(/[ \t]+/g, " ").replace(/ +$/gm, "");
}
