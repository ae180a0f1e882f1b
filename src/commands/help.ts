/** The texts of `ppm help`: pure, as wide as the terminal and at most 80 columns. */
import { EXIT_CODES } from "../errors.ts";
import type { Style } from "../ui/style.ts";
import { displayWidth, wrap } from "../ui/text.ts";
import type { Command, Flags } from "./command.ts";
import { flagName, GLOBAL_FLAGS, HELP_FLAG } from "./global_flags.ts";

/** Longer lines are harder to read, and are what nobody's terminal must have. */
const WIDEST = 80;

/** A second column that is narrower than this stands below the first one instead. */
const NARROWEST = 28;

/** A verb as the overview lists it. */
export interface VerbSummary {
  readonly name: string;
  readonly summary: string;
  /** The heading that it stands under. */
  readonly group: string;
}

/** A verb: what help says of it, and where it is. Its module is loaded when it is asked for. */
export interface Verb extends VerbSummary {
  load(): Promise<{ readonly command: Command }>;
}

/** Where help is shown. */
export interface Page {
  readonly style: Style;
  /** How wide it is; Infinity where nobody knows. */
  readonly columns: number;
}

export const PURPOSE =
  "ppm runs one application as one Linux user: a definition in git, systemd, and a config.yml become a running application, without root.";

/** Returns what `ppm help` prints. */
export function overviewHelp(verbs: readonly VerbSummary[], { style, columns }: Page): string {
  const width = Math.min(columns, WIDEST);
  const groups = [...new Set(verbs.map((verb) => verb.group))];
  const nameWidth = Math.max(...verbs.map((verb) => verb.name.length));
  return [
    ...wrap(PURPOSE, width),
    "",
    `${style.bold("Usage:")} ppm VERB [OPTIONS]`,
    ...groups.flatMap((group) => [
      "",
      style.bold(`${group}:`),
      ...verbs.filter((verb) => verb.group === group)
        .flatMap((verb) => row(style.cyan(verb.name), verb.summary, { leftWidth: nameWidth, width })),
    ]),
    "",
    style.bold("Options for every verb:"),
    ...flagRows({ ...GLOBAL_FLAGS, help: HELP_FLAG }, width),
    "",
    style.bold("Exit codes:"),
    ...EXIT_CODES.flatMap(({ code, meaning }) => row(String(code), meaning, { leftWidth: 1, width })),
    "",
    ...wrap("More about one of them: ppm help VERB. Begin with: ppm help setup", width),
  ].join("\n");
}

/** Returns what `ppm help VERB` prints. A command to type is never broken, however narrow the terminal is. */
export function commandHelp(verb: VerbSummary, command: Command, { style, columns }: Page): string {
  const width = Math.min(columns, WIDEST);
  const { positional, flags, examples } = command;
  return [
    `${style.bold("Usage:")} ${usage(verb.name, command)}`,
    "",
    ...wrap(`${verb.summary}.`, width),
    ...command.help.flatMap((paragraph) => ["", ...wrap(paragraph, width)]),
    ...(positional === undefined ? [] : [
      "",
      style.bold("Arguments:"),
      ...row(positional.placeholder, positional.brief, { leftWidth: positional.placeholder.length, width }),
    ]),
    "",
    style.bold("Options:"),
    ...flagRows({ ...flags, ...GLOBAL_FLAGS, help: HELP_FLAG }, width),
    "",
    style.bold("Examples:"),
    ...examples.flatMap(({ command, meaning }) => [`  ${command}`, ...indent(wrap(meaning, width - 6), 6)]),
  ].join("\n");
}

/** Returns how a verb is typed: `ppm logs [UNIT…] [OPTIONS]`. */
export function usage(name: string, { positional }: Pick<Command, "positional">): string {
  const words = positional === undefined
    ? ""
    : ` [${positional.placeholder}${positional.maximum > 1 ? "…" : ""}]`;
  return `ppm ${name}${words} [OPTIONS]`;
}

function flagRows(flags: Flags, width: number): readonly string[] {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const alias = flag.alias === undefined ? "    " : `-${flag.alias}, `;
    const value = flag.kind === "value" ? ` ${flag.placeholder}` : "";
    return { left: `${alias}--${flagName(name)}${value}`, brief: flag.brief };
  });
  const leftWidth = Math.max(...rows.map(({ left }) => left.length));
  return rows.flatMap(({ left, brief }) => row(left, brief, { leftWidth, width }));
}

/** Returns a row of two columns, the second one wrapped, and below the first one where there is no room beside it. */
function row(
  left: string,
  right: string,
  { leftWidth, width }: { readonly leftWidth: number; readonly width: number },
): readonly string[] {
  const rightWidth = width - leftWidth - 4;
  if (rightWidth < NARROWEST) return [`  ${left}`, ...indent(wrap(right, width - 8), 8)];
  const [first = "", ...rest] = wrap(right, rightWidth);
  const padding = " ".repeat(Math.max(0, leftWidth - displayWidth(left)));
  return [`  ${left}${padding}  ${first}`, ...indent(rest, leftWidth + 4)];
}

function indent(lines: readonly string[], columns: number): readonly string[] {
  return lines.map((line) => `${" ".repeat(columns)}${line}`);
}
