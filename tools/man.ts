/**
 * Makes ppm(1) of the texts that there are already: those of `ppm help`, and two tables of the documentation.
 *
 *     deno run -A tools/man.ts        prints it
 */
import { VERBS } from "../src/commands/verbs.ts";
import type { Command, Flags } from "../src/commands/command.ts";
import { flagName, GLOBAL_FLAGS, HELP_FLAG } from "../src/commands/global_flags.ts";
import { PURPOSE, usage, type VerbSummary } from "../src/commands/help.ts";
import { EXIT_CODES } from "../src/errors.ts";
import { bold, entry, paragraph, quoted, section, subsection } from "./roff.ts";
import { output, REPOSITORY } from "./run.ts";

/** A verb with everything that help says of it. */
export interface ManVerb extends VerbSummary {
  readonly command: Pick<Command, "help" | "examples" | "flags" | "positional">;
}

/** A row of a table: what it is about, and what is said of it. */
export type Row = readonly [string, string];

/** Everything that the page is made of. */
export interface ManSource {
  readonly version: string;
  /** The day of this version, `2026-11-23`. */
  readonly date: string;
  readonly verbs: readonly ManVerb[];
  readonly files: readonly Row[];
  readonly environment: readonly Row[];
}

const SEE_ALSO = "systemd.unit(5), podman-systemd.unit(5), journalctl(1), podman(1), restic(1), git(1)";

/** Returns the page, as man(7) has it. */
export function manPage({ version, date, verbs, files, environment }: ManSource): string {
  const groups = [...new Set(verbs.map((verb) => verb.group))];
  return [
    `.TH PPM 1 "${date}" ${quoted(`ppm ${version}`)} "User Commands"`,
    section("Name"),
    "ppm \\- runs one application as one Linux user",
    section("Synopsis"),
    `${bold("ppm")} \\fIVERB\\fR [\\fIOPTIONS\\fR]`,
    section("Description"),
    ...paragraphs([PURPOSE]),
    ...groups.flatMap((group) => [
      section(group),
      ...verbs.filter((verb) => verb.group === group).flatMap(verbPart),
    ]),
    section("Options for every verb"),
    ...flagEntries({ ...GLOBAL_FLAGS, help: HELP_FLAG }),
    section("Exit status"),
    ...EXIT_CODES.map(({ code, meaning }) => entry(String(code), meaning)),
    section("Files"),
    ...files.map((row) => entry(...row)),
    section("Environment"),
    ...environment.map((row) => entry(...row)),
    section("See also"),
    SEE_ALSO,
    "",
  ].join("\n");
}

function verbPart({ name, summary, command }: ManVerb): readonly string[] {
  const { positional } = command;
  return [
    subsection(usage(name, command)),
    ...paragraphs([`${summary}.`, ...command.help]),
    ...positional === undefined ? [] : [entry(positional.placeholder, positional.brief)],
    ...flagEntries(command.flags),
    paragraph("Examples:"),
    ...command.examples.map(({ command, meaning }) => entry(command, meaning)),
  ];
}

/** A heading begins a paragraph by itself. */
function paragraphs(texts: readonly string[]): readonly string[] {
  return texts.map(paragraph).map((text, at) => at === 0 ? text.replace(/^\.PP\n/, "") : text);
}

function flagEntries(flags: Flags): readonly string[] {
  return Object.entries(flags).map(([name, flag]) => {
    const alias = flag.alias === undefined ? "" : `-${flag.alias}, `;
    const value = flag.kind === "value" ? ` ${flag.placeholder}` : "";
    return entry(`${alias}--${flagName(name)}${value}`, flag.brief);
  });
}

/** Returns the first and the last cell of each row of the table below a heading of a Markdown page. Throws Error where there is none. */
export function tableBelow(heading: string, page: string): readonly Row[] {
  const [, below = ""] = page.split(`\n## ${heading}\n`);
  const [, table = ""] = /\n\|(?:-+\|)+\n((?:\|.*\n)+)/.exec(below.split("\n## ")[0] ?? "") ?? [];
  const rows = table.split("\n").filter(Boolean).map((line) => line.split("|").slice(1, -1).map(plain));
  if (rows.length === 0) throw new Error(`Cannot find a table below "${heading}"`);
  return rows.map((cells): Row => [cells[0] ?? "", cells.at(-1) ?? ""]);
}

/** Returns Markdown without its marks. */
function plain(cell: string): string {
  return cell.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("`", "").trim();
}

/** Returns the page of this checkout. */
export async function makeManPage(version: string): Promise<string> {
  const verbs: ManVerb[] = [];
  for (const { load, ...verb } of VERBS) verbs.push({ ...verb, command: (await load()).command });
  return manPage({
    version,
    date: await output(["git", "log", "-1", "--format=%cs"]),
    verbs,
    files: tableBelow("Where things stand", await Deno.readTextFile(`${REPOSITORY}/README.md`)),
    environment: tableBelow("env", await Deno.readTextFile(`${REPOSITORY}/docs/permissions.md`)),
  });
}

if (import.meta.main) {
  const { version } = JSON.parse(await Deno.readTextFile(`${REPOSITORY}/deno.json`));
  console.log(await makeManPage(version));
}
