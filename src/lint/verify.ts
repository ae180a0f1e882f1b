/** Has systemd and Quadlet judge what a definition would write, as far as this machine has them. */
import type { RenderedFile } from "../definition/definition.ts";
import { type Problem, UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { missingProgram } from "../plan/verdict.ts";
import { findGenerator, type Generated, isQuadlet, judgeQuadlets, judgeUnits } from "../plan/verify.ts";
import { UNIT_DIRECTORY } from "../plan/units.ts";
import type { Outcome } from "./trial.ts";

/** What there is to verify with; undefined: this machine does not have it. */
export interface Verifiers {
  /** systemd-analyze(1). */
  readonly analyzer: string | undefined;
  /** Quadlet's generator. */
  readonly generator: string | undefined;
}

/** What came of it. */
export interface Verified {
  readonly problems: readonly Problem[];
  /** Programs that units start and that this machine does not have: the server may. */
  readonly missing: readonly Problem[];
  /** What was not looked at, and why. */
  readonly unverified: readonly string[];
}

const NOTHING: Verified = { problems: [], missing: [], unverified: [] };
const NOTHING_GENERATED: Generated = { units: new Map(), problems: [] };

/** Returns what this machine has. */
export function findVerifiers(system: ReadSystem): Verifiers {
  return { analyzer: system.which("systemd-analyze"), generator: findGenerator(system) };
}

/** Stages the files in a scratch directory and has them judged. What has no faults of the definition's own is left out. */
export async function verify(
  system: ReadSystem,
  outcome: Outcome,
  { analyzer, generator }: Verifiers,
): Promise<Verified> {
  const unverified = [
    ...(generator === undefined && outcome.files.some(isQuadlet)
      ? ["the Quadlet files: this machine has no podman with Quadlet (podman 4.4 brings it)"]
      : []),
    ...(analyzer === undefined && outcome.units.length > 0
      ? ["the units and calendar expressions: this machine has no systemd-analyze"]
      : []),
  ];
  if (analyzer === undefined && generator === undefined) return { ...NOTHING, unverified };
  try {
    const problems = await judge(system, outcome, { analyzer, generator });
    return { ...sortOut(problems, outcome), unverified };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...NOTHING, unverified: [...unverified, `the units: ${error.message}`] };
  }
}

async function judge(
  system: ReadSystem,
  { files, added, units }: Outcome,
  { analyzer, generator }: Verifiers,
): Promise<readonly Problem[]> {
  const scratch = system.makeScratch();
  try {
    const all = [...files, ...added];
    const { problems, units: generated } = generator === undefined
      ? NOTHING_GENERATED
      : await judgeQuadlets(system, scratch, all);
    if (analyzer === undefined) return problems;
    const stubs = units.filter(({ name, from }) => from === "quadlet" && !generated.has(name)).map(stub);
    system.writeScratch(`${scratch}/runtime/ppm`, ""); // systemd wants a directory of the user's there, whoever that is
    const environment = { HOME: system.user.home, XDG_RUNTIME_DIR: `${scratch}/runtime` };
    const judged = { files: [...all, ...stubs], units, generated, environment };
    return [...problems, ...await judgeUnits(system, scratch, judged)];
  } finally {
    system.removeScratch(scratch);
  }
}

/** Stands for a unit that Quadlet would make, or would if its file had no fault, so that those which name it are not blamed. */
function stub({ name }: { readonly name: string }): RenderedFile {
  const content = new TextEncoder().encode("[Service]\nExecStart=/bin/true\n");
  return { path: `${UNIT_DIRECTORY}/${name}`, content, mode: 0o644, origin: "a stand-in" };
}

/** ppm's own units are no fault of the definition, nor is it one that the author's machine lacks what the server has. */
function sortOut(
  problems: readonly Problem[],
  { files }: Outcome,
): Pick<Verified, "problems" | "missing"> {
  const origins = new Set(files.map(({ origin }) => origin));
  const own = problems.filter(({ file }) => origins.has(file));
  const isElsewhere = (problem: Problem) => {
    const program = missingProgram(problem);
    return program !== undefined && !program.startsWith("/home/");
  };
  return { problems: own.filter((each) => !isElsewhere(each)), missing: own.filter(isElsewhere) };
}
