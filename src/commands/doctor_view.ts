/** `ppm doctor` for people. Pure. */
import { type Finding, type FindingState, isAmiss } from "../doctor/finding.ts";
import type { Paint, Style } from "../ui/style.ts";
import { oneLine, printable, wrap } from "../ui/text.ts";

export interface DoctorViewOptions {
  readonly style: Style;
  /** The width to fit into. */
  readonly columns: number;
}

/** Marks of one column each. */
const MARKS: Readonly<Record<FindingState, string>> = { good: "✓", wrong: "✗", unknown: "?", note: "·" };

const INDENT = "    ";

/** Text is broken at this width at most, however wide the terminal: longer lines are hard to read. */
const WIDEST = 100;

/** Returns the lines of the report: what is good first, line by line; then notes; last, where eyes are, what is wrong. */
export function doctorView(
  findings: readonly Finding[],
  options: DoctorViewOptions,
): readonly string[] {
  const { style } = options;
  const good = findings.filter(({ state }) => state === "good");
  const notes = findings.filter(({ state }) => state === "note");
  const amiss = findings.filter(isAmiss);
  const width = Math.max(0, ...good.map(({ check }) => check.length));
  const lines = good.map(({ check, what }) =>
    `${style.green(MARKS.good)} ${style.dim(check.padEnd(width))}  ${printable(what)}`
  );
  const paragraphs = [...notes, ...amiss].flatMap((finding) => ["", ...paragraph(finding, options)]);
  return [...lines, ...paragraphs, "", summary(good, notes, amiss, style)];
}

function paragraph(
  { check, state, what, why, advice, rootSteps, mend }: Finding,
  { style, columns }: DoctorViewOptions,
): readonly string[] {
  const paint: Paint =
    { good: style.green, wrong: style.red, unknown: style.yellow, note: style.cyan }[state];
  const width = Math.min(columns, WIDEST);
  const [first = "", ...rest] = wrap(`${check}: ${oneLine(what)}`, Math.max(20, width - 2));
  const text = (words: string) =>
    words === ""
      ? []
      : wrap(printable(words), Math.max(20, width - INDENT.length)).map((line) => `${INDENT}${line}`);
  return [
    `${paint(MARKS[state])} ${style.bold(first)}`,
    ...rest.map((line) => `  ${style.bold(line)}`),
    ...text(why),
    ...text(advice),
    // Commands are not broken: they are to be copied.
    ...rootSteps.map(({ command }) => `${INDENT}as root: ${style.cyan(printable(command))}`),
    ...mend.map((command) => `${INDENT}→ ${style.cyan(printable(command))}`),
  ];
}

function summary(
  good: readonly Finding[],
  notes: readonly Finding[],
  amiss: readonly Finding[],
  style: Style,
): string {
  const noted = notes.length === 0 ? "" : `, ${count(notes.length, "note")}`;
  if (amiss.length === 0) return style.green(`All is as it should be: ${good.length} good${noted}`);
  const root = amiss.some(({ rootSteps }) => rootSteps.length > 0)
    ? "; for root: ppm doctor --root-script"
    : "";
  return `${style.red(`${amiss.length} not as it should be`)}, ${good.length} good${noted}${root}`;
}

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? "" : "s"}`;
}
