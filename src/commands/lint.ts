/** `ppm lint`: every fault of a definition, without a server. */
import { checkConfig } from "../config/check_config.ts";
import type { Config } from "../config/config.ts";
import { formatProblem, UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { lint } from "../lint/lint.ts";
import type { LintReport } from "../lint/report.ts";
import { SAMPLE_USER } from "../lint/sample_system.ts";
import { findVerifiers } from "../lint/verify.ts";
import type { Output } from "../ui/output.ts";
import { printable } from "../ui/text.ts";
import { JSON_FLAG, lookingCommand } from "./command.ts";

export const command = lookingCommand({
  help: [
    "Finds every fault of the definition in a directory, before it is committed and without a server: what setup would refuse it for. It is rendered for a made-up user and server, with the default of each variable, or a made-up value where there is none; " +
    "once more for every other value of a choice and of a boolean; and with neighbours and without. With --config the values of that config.yml are taken instead, and nothing else is tried.",
    "Faults are errors, and the exit code is 3; notes are about what works and could be better. Where this machine has systemd-analyze and Quadlet, they judge the units; where not, a line says so. " +
    "Nothing is changed, in the directory or elsewhere, and nothing of it is run: templates render in the sandbox, and ppm gives up what permissions it does not need for this.",
  ],
  examples: [
    { command: "ppm lint .", meaning: "check the definition in this directory" },
    {
      command: "ppm lint --config config.yml forgejo",
      meaning: "check whether a config.yml fits a definition",
    },
    { command: "ppm lint --json . | jq .errors", meaning: "give what was found to another program" },
  ],
  flags: { json: JSON_FLAG },
  positional: { placeholder: "DIR", brief: "Where appinfo.yml lies", maximum: 1, complete: "directories" },
  asRoot: true,
  async run(context, { json }, directory) {
    const { system, output } = context;
    if (directory === undefined) throw refuseNothing();
    const { analyzer, generator } = findVerifiers(system);
    const programs = ["systemd-analyze", generator].filter((each) => each !== undefined);
    const registry = await context.plugins();
    const top = absolute(directory);
    const config = context.configFile === undefined ? undefined : readConfig(system, context.configFile);
    system.confine({ programs, writes: analyzer !== undefined || generator !== undefined });
    const report = await lint(system, top, { registry, config });
    if (json) output.json({ directory: top, ...report });
    else print(report, output);
    return report.errors.length > 0 ? "amiss" : "done";
  },
});

function refuseNothing(): UserError {
  return new UserError("Cannot lint: no directory is named", {
    exit: "usage",
    hint: "Name the one with appinfo.yml in it: ppm lint .",
  });
}

/** Who may read or write the file does not matter here: nothing is done with what it says. */
function readConfig(system: ReadSystem, file: string): Config {
  const content = system.readFile(absolute(file));
  if (content === undefined) throw new UserError(`Cannot read ${file}: it does not exist`);
  return checkConfig(content, { file, user: SAMPLE_USER });
}

function absolute(path: string): string {
  return (path.startsWith("/") ? path : `${Deno.cwd()}/${path}`).replace(/(?<=.)\/+$/, "");
}

function print({ errors, notes, unverified, samples }: LintReport, output: Output): void {
  for (const error of errors) output.print(oneLine(formatProblem(error)));
  for (const note of notes) {
    output.print(oneLine(formatProblem({ ...note, message: `note: ${note.message}` })));
  }
  for (const each of unverified) output.print(oneLine(`note: not verified: ${each}`));
  const made = Object.entries(samples).map(([name, value]) => `${name}=${[value].flat().join(",")}`);
  if (made.length > 0) {
    output.info(oneLine(`Made up: ${made.join(" ")} (--config FILE takes the values of a config.yml)`));
  }
  output.info(`${counted(errors.length, "error")}, ${counted(notes.length, "note")}`);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** systemd repeats what is in a unit, and that may be anything. */
function oneLine(text: string): string {
  return printable(text).replaceAll("\n", " ");
}
