/** The texts of `ppm help`: pure, at most 80 columns wide. */
import { EXIT_CODES } from "../errors.ts";
import type { Style } from "../ui/style.ts";
import { displayWidth, wrap } from "../ui/text.ts";
import type { Command, Flags } from "./command.ts";
import { flagName, GLOBAL_FLAGS } from "./global_flags.ts";

const WIDTH = 80;

/** A verb as the overview lists it. */
export interface VerbSummary {
  readonly name: string;
  readonly summary: string;
  /** The heading that it stands under. */
  readonly group: string;
}

/** Returns what `ppm help` prints. */
export function overviewHelp(verbs: readonly VerbSummary[], style: Style): string {
  const width = Math.max(...verbs.map((verb) => verb.name.length));
  const groups = [...new Set(verbs.map((verb) => verb.group))];
  return [
    "ppm runs one application as one Linux user: a definition in git, systemd, and a",
    "config.yml become a running application, without root.",
    "",
    `${style.bold("Usage:")} ppm VERB [OPTIONS]`,
    ...groups.flatMap((group) => [
      "",
      style.bold(`${group}:`),
      ...verbs.filter((verb) => verb.group === group)
        .flatMap((verb) => row(style.cyan(verb.name.padEnd(width)), verb.summary, width)),
    ]),
    "",
    style.bold("Options for every verb:"),
    ...flagRows({ ...GLOBAL_FLAGS, help: HELP_FLAG }),
    "",
    style.bold("Exit codes:"),
    ...EXIT_CODES.flatMap(({ code, meaning }) => row(String(code), meaning, 1)),
    "",
    "More about one of them: ppm help VERB. Begin with: ppm help setup",
  ].join("\n");
}

/** Returns what `ppm help VERB` prints. */
export function commandHelp(verb: VerbSummary, command: Command, style: Style): string {
  const { positional, flags, examples } = command;
  const words = positional === undefined
    ? ""
    : ` [${positional.placeholder}${positional.maximum > 1 ? "…" : ""}]`;
  return [
    `${style.bold("Usage:")} ppm ${verb.name}${words} [OPTIONS]`,
    "",
    ...wrap(`${verb.summary}.`, WIDTH),
    ...command.help.flatMap((paragraph) => ["", ...wrap(paragraph, WIDTH)]),
    ...(positional === undefined ? [] : [
      "",
      style.bold("Arguments:"),
      ...row(positional.placeholder, positional.brief, positional.placeholder.length),
    ]),
    "",
    style.bold("Options:"),
    ...flagRows({ ...flags, ...GLOBAL_FLAGS, help: HELP_FLAG }),
    "",
    style.bold("Examples:"),
    ...examples.flatMap(({ command, meaning }) => [`  ${command}`, ...indent(wrap(meaning, WIDTH - 6), 6)]),
  ].join("\n");
}

const HELP_FLAG = { kind: "switch", alias: "h", brief: "Show help" } as const;

function flagRows(flags: Flags): readonly string[] {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const alias = flag.alias === undefined ? "    " : `-${flag.alias}, `;
    const value = flag.kind === "value" ? ` ${flag.placeholder}` : "";
    return { left: `${alias}--${flagName(name)}${value}`, brief: flag.brief };
  });
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.flatMap(({ left, brief }) => row(left.padEnd(width), brief, width));
}

/** Returns a row of two columns, the second one wrapped. */
function row(left: string, right: string, leftWidth: number): readonly string[] {
  const [first = "", ...rest] = wrap(right, WIDTH - leftWidth - 4);
  const padding = " ".repeat(Math.max(0, leftWidth - displayWidth(left)));
  return [`  ${left}${padding}  ${first}`, ...indent(rest, leftWidth + 4)];
}

function indent(lines: readonly string[], columns: number): readonly string[] {
  return lines.map((line) => `${" ".repeat(columns)}${line}`);
}
