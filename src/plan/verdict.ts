/** Reads what `systemd-analyze verify` and Quadlet's generator print about units. Pure. */
import { formatProblem, type Problem } from "../errors.ts";

/** What the verdict is about: where units were staged, and where they come from. */
export interface Staged {
  /** The directory that the units were written to for the check. */
  readonly directory: string;
  /** Staged file name below `directory` → the template it comes from and whether that was rendered. */
  readonly origins: ReadonlyMap<string, string>;
  /** Unit name → staged file name. */
  readonly units: ReadonlyMap<string, string>;
  /** Absolute paths of programs that the plan itself will write. */
  readonly programs: ReadonlySet<string>;
}

/** The judgement over all staged units. */
export interface Verdict {
  readonly problems: readonly Problem[];
  /** Complaints that are no fault: programs that do not stand yet because this plan writes them. */
  readonly accepted: number;
}

/** Returns what `systemd-analyze verify` found. It returns 0 for unknown keys and bad values, so its words count and not its code. */
export function readVerdict(stderr: string, staged: Staged): Verdict {
  const problems: Problem[] = [];
  const unspecific: { unit: string; message: string }[] = [];
  let accepted = 0;
  for (const line of stderr.split("\n")) {
    const inFile = positioned(line, staged);
    const [unit, message] = aboutUnit(line, staged);
    if (inFile !== undefined) problems.push(inFile);
    else if (message !== undefined && isPlannedProgram(message, staged)) accepted++;
    else if (unit === undefined || message === undefined) continue;
    else if (line.startsWith("Unit ")) unspecific.push({ unit, message });
    else problems.push({ file: originOf(unit, staged), message: `${unit}: ${message}` });
  }
  // "has a bad unit file setting" only repeats what an earlier line explained, if one did.
  for (const { unit, message } of unspecific) {
    const file = originOf(unit, staged);
    if (!problems.some((problem) => problem.file === file)) {
      problems.push({ file, message: `${unit}: ${message}` });
    }
  }
  // systemd tells of a unit again for each one that names it.
  return { problems: [...new Map(problems.map((each) => [formatProblem(each), each])).values()], accepted };
}

/** Returns what Quadlet's generator complained of. `origins`: name of the Quadlet file → the template it comes from. */
export function readQuadletVerdict(stderr: string, origins: ReadonlyMap<string, string>): readonly Problem[] {
  return stderr.split("\n").flatMap((line) => {
    const [, name = "", message = ""] = /converting "([^"]+)": (.*)$/.exec(line) ?? [];
    const file = origins.get(name);
    return file === undefined ? [] : [{ file, message: message.replace(/ in \/\S+$/, "") }];
  });
}

/** Cuts the output of Quadlet's dry run, `---NAME---` before each unit, into units. */
export function splitGenerated(stdout: string): ReadonlyMap<string, string> {
  const units = new Map<string, string>();
  const parts = stdout.split(/^---(.+)---$/m);
  for (let at = 1; at + 1 < parts.length; at += 2) {
    units.set(parts[at] ?? "", (parts[at + 1] ?? "").trimStart());
  }
  return units;
}

/** A line about a line of a staged file: `DIRECTORY/web.service:3: Unknown key…`. */
function positioned(line: string, staged: Staged): Problem | undefined {
  if (!line.startsWith(`${staged.directory}/`)) return undefined;
  const [, name = "", number = "", message = ""] =
    /^([^:]+):(\d+): (.*)$/.exec(line.slice(staged.directory.length + 1)) ?? [];
  const file = staged.origins.get(name);
  if (file === undefined) return undefined;
  const text = message.replace(/,? ignoring(?=[.:]|$)/, "").replace(/\.$/, "");
  if (file.startsWith("templates/") && !file.endsWith(".eta")) {
    return { file, line: Number(number), column: 1, message: text };
  }
  return { file, message: `${text} (line ${number} of what it renders to)` };
}

/** A line about a unit as a whole: `web.service: Service has no ExecStart=…`. */
function aboutUnit(line: string, staged: Staged): readonly [string?, string?] {
  const [, bad, setting] = /^Unit (\S+) (has a bad unit file setting)\.?$/.exec(line) ?? [];
  if (bad !== undefined && setting !== undefined && staged.units.has(bad)) return [bad, setting];
  const colon = line.indexOf(": ");
  const unit = line.slice(0, Math.max(0, colon));
  return staged.units.has(unit) ? [unit, line.slice(colon + 2)] : [];
}

/** Returns the absolute path of the program that a problem of {@linkcode readVerdict} misses; undefined for every other problem. */
export function missingProgram({ message }: Pick<Problem, "message">): string | undefined {
  return /(?:^|: )Command (.+) is not executable: No such file or directory$/.exec(message)?.[1];
}

function isPlannedProgram(message: string, staged: Staged): boolean {
  return staged.programs.has(missingProgram({ message }) ?? "");
}

function originOf(unit: string, staged: Staged): string {
  return staged.origins.get(staged.units.get(unit) ?? "") ?? unit;
}
