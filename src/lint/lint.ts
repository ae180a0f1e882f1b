/** `ppm lint`: everything that can be found out about a definition without a server. */
import type { Config } from "../config/config.ts";
import { Problems } from "../config/problems.ts";
import { draftAppInfo } from "../definition/appinfo.ts";
import { startRenderer } from "../definition/renderer.ts";
import { usesNeighbours } from "../definition/uses_neighbours.ts";
import type { ReadSystem } from "../host/system.ts";
import { missingProgram } from "../plan/verdict.ts";
import type { Plugin } from "../plugins/plugin.ts";
import { type Case, casesOf } from "./cases.ts";
import { collect } from "./collect.ts";
import { Findings } from "./findings.ts";
import { notesOn } from "./notes.ts";
import { readDefinitionDirectory } from "./read_directory.ts";
import type { LintReport } from "./report.ts";
import { SampleSystem } from "./sample_system.ts";
import { sampleValues } from "./samples.ts";
import { type Outcome, type TrialInput, tryOut } from "./trial.ts";
import { findVerifiers, type Verifiers, verify } from "./verify.ts";

/** What a definition is judged with. */
export interface LintOptions {
  /** Every plugin that this ppm knows. */
  readonly registry: readonly Plugin[];
  /** The instance to judge it for; without it values are made up, and every branch of the definition is tried. */
  readonly config?: Config | undefined;
}

/**
 * Judges the definition in `directory` (absolute), which is read and never changed. What is wrong with it is the answer, not an error.
 * Throws {@linkcode UserError} where there is no such directory.
 */
export async function lint(
  system: ReadSystem,
  directory: string,
  { registry, config }: LintOptions,
): Promise<LintReport> {
  const read = readDefinitionDirectory(system, directory);
  const { source } = read;
  const problems = new Problems();
  problems.addAll(read.problems);
  const draft = source && await collect(problems, () => draftAppInfo(source.appinfo, "appinfo.yml"));
  if (source === undefined || draft === undefined) return new Findings(problems.all).report({});
  const sample = new SampleSystem(system);
  const verifiers = findVerifiers(sample);
  const renderer = startRenderer(sample);
  const input = { source, draft, renderer, registry, calendars: verifiers.analyzer !== undefined };
  const { all, leftOut } = casesOf({
    declarations: draft.variables,
    usesNeighbours: usesNeighbours(source),
    config,
  });
  const findings = new Findings([]);
  const first = await look(sample, input, { tried: all[0], verifiers, findings });
  for (const tried of all.slice(1)) await look(sample, input, { tried, verifiers, findings, before: first });
  if (first !== undefined) findings.note(notesOn({ source, draft, outcome: first }));
  if (leftOut > 0) findings.leave(`${leftOut} more values of choices: there are too many`);
  return findings.report(config === undefined ? sampleValues(draft.variables) : {});
}

interface Look {
  readonly tried: Case;
  readonly verifiers: Verifiers;
  readonly findings: Findings;
  /** What came of the first case, which was verified. */
  readonly before?: Outcome | undefined;
}

/** Tries one case, and has its units verified where they are others than those of the first. */
async function look(
  system: SampleSystem,
  input: TrialInput,
  { tried, verifiers, findings, before }: Look,
): Promise<Outcome | undefined> {
  const { problems, rendered, outcome } = await tryOut(system, input, tried);
  findings.add(problems, { tried, source: input.source });
  if (!rendered) findings.leave("templates/: what is wrong with appinfo.yml comes first");
  if (outcome === undefined || (before !== undefined && writesTheSame(outcome, before))) return outcome;
  const verified = await verify(system, outcome, verifiers);
  findings.add(verified.problems, { tried, source: input.source });
  findings.note(verified.missing.map((problem) => ({
    ...problem,
    message: `Nothing stands at ${missingProgram(problem)} on this machine; the server must have it`,
  })));
  verified.unverified.forEach((each) => findings.leave(each));
  return outcome;
}

function writesTheSame(one: Outcome, other: Outcome): boolean {
  return digest(one) === digest(other);
}

/** All that is written, as one text. */
function digest({ files }: Outcome): string {
  return files.map(({ path, mode, content }) => `${path} ${mode}\n${new TextDecoder().decode(content)}`).join(
    "\0",
  );
}
