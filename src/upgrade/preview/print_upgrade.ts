/** What an upgrade would do, as people read it. */
import { describe } from "../../plan/describe.ts";
import type { Output } from "../../ui/output.ts";
import { printSteps } from "../../ui/steps.ts";
import { wrap } from "../../ui/text.ts";
import { headline, listCommits, nextSteps, type Section, sections } from "./upgrade_words.ts";
import type { UpgradePreview } from "./upgrade_preview.ts";

/** How it is shown. */
export interface PrintUpgradeOptions {
  /** Whether it is done right after this: then nothing is said of what to type next. */
  readonly applies: boolean;
  /** Whether nothing at all is changed, the clone included: the new commits are then not in it. @default {false} */
  readonly dryRun?: boolean;
  /** Whether the newest commit is one that is left alone unless `--retry` names it. @default {false} */
  readonly retry?: boolean;
}

/** Prints what an upgrade would do to standard output. Whatever stands in the definition and its history, no line of it repaints a terminal. */
export function printUpgrade(output: Output, preview: UpgradePreview, options: PrintUpgradeOptions): void {
  const { style, columns } = output;
  const { applies, dryRun = false, retry = false } = options;
  output.print(style.bold(headline(preview)));
  printLines(output, listCommits(preview, { columns, heading: style.dim, cloned: !dryRun }));
  if (preview.plan.actions.length > 0) {
    output.print(`\n${style.bold("Steps")}`);
    printSteps(output, preview.plan.actions.map(describe));
  }
  for (const section of sections(preview)) printSection(output, section);
  if (!applies) printLines(output, nextSteps(preview, { dryRun, retry }));
}

function printSection(output: Output, { heading, lines, isWarning = false }: Section): void {
  const { style, columns } = output;
  output.print(`\n${style.bold(isWarning ? style.yellow(heading) : heading)}`);
  for (const line of lines) output.print(`  ${wrap(line, columns - 4).join("\n    ")}`);
}

/** Prints lines with an empty one before them, if there are any. */
function printLines(output: Output, lines: readonly string[]): void {
  if (lines.length > 0) output.print(`\n${lines.join("\n")}`);
}
