/** The script that an administrator reads and runs as root. Pure. */
import { oneLine } from "../ui/text.ts";
import { type Finding, isAmiss, type RootStep } from "./finding.ts";

/**
 * Returns a script for sh(1): each step once, under its reason and how to undo it. What is only a note stands there as a comment: whoever wants
 * it takes the mark away. Where nothing is to be done it is comments alone. `who`: whom it is for.
 */
export function rootScript(findings: readonly Finding[], who: string): string {
  const needed = unique(findings.filter(isAmiss).flatMap(({ rootSteps }) => rootSteps));
  const optional = unique(
    findings.filter(({ state }) => state === "note").flatMap(({ rootSteps }) => rootSteps),
  ).filter(({ command }) => !needed.some((step) => step.command === command));
  const count = needed.length === 1 ? "1 step" : `${needed.length} steps`;
  return [
    "#!/bin/sh",
    `# What ppm doctor asks root to do for ${
      oneLine(who)
    }. Read it, then run it as root; running it again does no harm.`,
    ...needed.length === 0 ? ["# Nothing has to be done."] : ["", "set -eu"],
    ...needed.flatMap((step) => ["", ...comments(step), step.command]),
    ...optional.length === 0
      ? []
      : ["", "# Worth a thought, and no fault: take the mark away from what you want."],
    ...optional.flatMap((step) => ["#", ...comments(step), `# ${step.command}`]),
    ...needed.length === 0 ? [] : ["", `echo ${count} done: run ppm doctor again`],
    "",
  ].join("\n");
}

function comments({ reason, undo }: RootStep): readonly string[] {
  return [`# ${oneLine(reason)}`, `# Undo: ${oneLine(undo)}`];
}

/** Two findings may need the same: a package, for instance. */
function unique(steps: readonly RootStep[]): readonly RootStep[] {
  const seen = new Set<string>();
  return steps.filter(({ command }) => !seen.has(command) && seen.add(command));
}
