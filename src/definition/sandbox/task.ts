/** What crosses between ppm, the sandbox's process and the worker in it: plain data, checked on arrival. */
import type { TemplateContext } from "../definition.ts";
import type { RenderJob, RenderOutcome } from "../renderer.ts";

/** What the process reads from its standard input, as JSON. */
export interface Task {
  readonly jobs: readonly RenderJob[];
  readonly context: TemplateContext;
  /** The instance's key, 64 hexadecimal digits: the salts of password hashes come from it. */
  readonly key: string;
  /** How long one template may take. */
  readonly timeoutMs: number;
  /** How long the text of one template may be. */
  readonly maxBytes: number;
}

/** What the process writes to its standard output, as JSON: outcomes in the order of the jobs, all of them unless one job was stopped. */
export interface Answer {
  readonly outcomes: readonly RenderOutcome[];
  /** Why the job after the last outcome was stopped. */
  readonly stopped?: "time" | "memory" | "failure";
}

/** Returns `value` as an outcome if it is one, made anew from its checked members. */
export function toOutcome(value: unknown, job: RenderJob, maxBytes: number): RenderOutcome | undefined {
  if (!isRecord(value)) return undefined;
  if (value.ok === true) {
    const { text, hashes } = value;
    if (typeof text !== "string" || text.length > maxBytes || !isTexts(hashes)) return undefined;
    return { ok: true, text, hashes: [...hashes] };
  }
  if (value.ok !== false || !Array.isArray(value.problems) || value.problems.length !== 1) return undefined;
  const problem: unknown = value.problems[0];
  if (!isRecord(problem)) return undefined;
  const { line, column, message } = problem;
  if (!isPosition(line) || !isPosition(column) || typeof message !== "string" || message.length > 1000) {
    return undefined;
  }
  return { ok: false, problems: [{ file: job.file, line, column, message }] };
}

/** Returns `value` as the answer to `jobs` if it is one. */
export function toAnswer(value: unknown, jobs: readonly RenderJob[], maxBytes: number): Answer | undefined {
  if (!isRecord(value) || !Array.isArray(value.outcomes)) return undefined;
  const { stopped } = value;
  const outcomes: RenderOutcome[] = [];
  for (const [index, each] of value.outcomes.entries()) {
    const job = jobs[index];
    const outcome = job && toOutcome(each, job, maxBytes);
    if (outcome === undefined) return undefined;
    outcomes.push(outcome);
  }
  if (stopped === undefined) return outcomes.length === jobs.length ? { outcomes } : undefined;
  if (stopped !== "time" && stopped !== "memory" && stopped !== "failure") return undefined;
  return outcomes.length < jobs.length ? { outcomes, stopped } : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= 1000 &&
    value.every((each) => typeof each === "string" && each.length <= 200);
}

function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}
