/** Explains why an application is not up: who is to blame, and what it said last. */
import { UserError } from "../errors.ts";
import { isForbidden, lastWords, permissionHint } from "../host/journal.ts";
import { parseShow, runSystemctl, systemctlShow } from "../host/systemd.ts";
import type { ReadSystem } from "../host/system.ts";
import { printable } from "../ui/text.ts";
import type { Failure, UnitVerdict } from "./settle.ts";

/** How many lines of a culprit's journal are shown. */
const JOURNAL_LINES = 10;

/** Returns the error for an application, or a unit of it, that could not be brought up by `verb`. */
export async function notUp(
  system: ReadSystem,
  verb: string,
  name: string,
  { culprits, timedOut }: Failure,
): Promise<UserError> {
  const why = timedOut ? "not up within the time limit" : "not up";
  const names = culprits.map(({ unit }) => unit).join(", ");
  const details = await Promise.all(culprits.map((culprit) => describe(system, culprit)));
  return new UserError([`Cannot ${verb} "${name}": ${why}: ${names}`, ...details].join("\n"), {
    hint: `More of it: ${["ppm logs", ...moreOf(culprits[0])].join(" ")}`,
  });
}

/** The unit to read on with, if it is one alone. */
function moreOf(culprit: UnitVerdict | undefined): readonly string[] {
  const journals = culprit?.journals ?? [culprit?.unit ?? ""];
  return journals.length === 1 ? journals : [];
}

async function describe(system: ReadSystem, { unit, verdict, journals }: UnitVerdict): Promise<string> {
  const told = await Promise.all((journals ?? [unit]).map(async (journal) => {
    const lines = (await lastLines(system, journal)).map((line) => `    ${line}`);
    return journals === undefined ? lines : [`  ${journal} said last:`, ...lines];
  }));
  return [`${unit}: ${verdict.words}`, ...told.flat()].join("\n");
}

/** The journal is a courtesy here: what it cannot give must not hide what went wrong. */
async function lastLines(system: ReadSystem, unit: string): Promise<readonly string[]> {
  try {
    const shown = parseShow(await runSystemctl(system, systemctlShow([unit], ["ExecMainPID"])));
    const pid = shown.get(unit)?.ExecMainPID ?? "0";
    const { stdout, stderr } = await system.run(lastWords(unit, { pid, lines: JOURNAL_LINES }));
    const lines = printable(stdout).trimEnd().split("\n").filter((line) => line !== "-- No entries --");
    if (lines.length > 1 || lines[0] !== "") return lines;
    return [
      isForbidden(stderr)
        ? `(its journal cannot be read. ${permissionHint(system.user.name)})`
        : "(its journal is empty)",
    ];
  } catch (error) {
    if (error instanceof UserError) return [`(its journal cannot be read: ${error.message})`];
    throw error;
  }
}
