/**
 * Renders templates in a sandbox: the side that runs with ppm's permissions.
 *
 * A template is a program that nobody may have read yet. It runs in a process of its own, in a worker without any permission (`worker.ts`);
 * data goes in, data comes back and is checked. Whatever it does (loop, eat memory, crash) ends in one problem that names it.
 */
import type { Problem } from "../errors.ts";
import { ProgramError } from "../host/program_error.ts";
import type { Invocation, ReadSystem } from "../host/system.ts";
import type { TemplateContext } from "./definition.ts";
import { type Answer, type Task, toAnswer } from "./sandbox/task.ts";

/** One text to render. */
export interface RenderJob {
  /** The file it comes from, as messages name it: `templates/web.service.eta`, `appinfo.yml`. */
  readonly file: string;
  readonly text: string;
  /** Where the text begins in that file, both from 1. @default {1, 1} */
  readonly line?: number;
  readonly column?: number;
}

/** What became of a job, in the order of the jobs. */
export type RenderOutcome =
  | {
    readonly ok: true;
    readonly text: string; /** Hashes that `passwordhash` made. */
    readonly hashes: readonly string[];
  }
  /** Without a problem only where another job ran away, and has one: then this one was not rendered at all. */
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A sandbox. */
export interface Renderer {
  /** Renders jobs with one context. `key`: the instance's key, for `passwordhash`; 32 zero bytes while there is none (a preview). */
  render(
    jobs: readonly RenderJob[],
    context: TemplateContext,
    options?: { readonly key?: Uint8Array },
  ): Promise<readonly RenderOutcome[]>;
}

/** What a renderer can be told. */
export interface RendererOptions {
  /** How long one template may take; the start of the sandbox does not count. @default {5000} */
  readonly timeoutMs?: number;
  /** How long the text of one template may be. @default {1 MiB} */
  readonly maxBytes?: number;
}

/** The word by which a compiled ppm, which has no other program to start, is told by `main.ts` to be the sandbox. */
const SANDBOX_WORD = "__sandbox";

/** How long the sandbox may take to start, on a busy machine. */
const START_MS = 30_000;

/** All outcomes together, as JSON. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Returns a renderer. Nothing is started before there is a job with a tag in it. */
export function startRenderer(system: ReadSystem, options: RendererOptions = {}): Renderer {
  const { timeoutMs = 5000, maxBytes = 1024 * 1024 } = options;
  return {
    async render(jobs, context, { key = new Uint8Array(32) } = {}) {
      const tagged = jobs.filter((job) => job.text.includes("<%"));
      const rendered = tagged.length === 0
        ? []
        : await renderTagged(system, { jobs: tagged, context, key: key.toHex(), timeoutMs, maxBytes });
      const outcomes = new Map(tagged.map((job, index) => [job, rendered[index]!]));
      return jobs.map((job) => outcomes.get(job) ?? untagged(job, maxBytes));
    },
  };
}

/** Where the sandbox's program lies: beside this one, under a name that the bundle keeps. */
export function workerUrl(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
}

function untagged(job: RenderJob, maxBytes: number): RenderOutcome {
  if (new TextEncoder().encode(job.text).length <= maxBytes) return { ok: true, text: job.text, hashes: [] };
  const { file, line = 1, column = 1 } = job;
  return {
    ok: false,
    problems: [{ file, line, column, message: `The text is longer than ${maxBytes} bytes` }],
  };
}

async function renderTagged(system: ReadSystem, task: Task): Promise<readonly RenderOutcome[]> {
  const answer = await ask(system, task);
  const { outcomes, stopped } = answer;
  return task.jobs.map((job, index): RenderOutcome => {
    const outcome = outcomes[index];
    if (outcome !== undefined) return outcome;
    if (index > outcomes.length) return { ok: false, problems: [] };
    const { file, line = 1, column = 1 } = job;
    return { ok: false, problems: [{ file, line, column, message: explain(stopped, task) }] };
  });
}

async function ask(system: ReadSystem, task: Task): Promise<Answer> {
  const nothing: Answer = { outcomes: [], stopped: "failure" };
  try {
    const { stdout } = await system.run(invocation(task));
    return toAnswer(JSON.parse(stdout), task.jobs, task.maxBytes) ?? nothing;
  } catch (error) {
    if (error instanceof SyntaxError) return nothing;
    if (!(error instanceof ProgramError) || error.failure.kind === "missing") throw error;
    return { outcomes: [], stopped: error.failure.kind === "timeout" ? "time" : "failure" };
  }
}

function explain(stopped: Answer["stopped"], { timeoutMs }: Task): string {
  switch (stopped) {
    case "time":
      return `The template was stopped: it ran for more than ${timeoutMs / 1000} s`;
    case "memory":
      return "The template was stopped: it used more than 256 MiB of memory";
    default:
      return "The template was stopped: it broke the sandbox it ran in";
  }
}

function invocation(task: Task): Invocation {
  return {
    program: "/proc/self/exe",
    args: Deno.build.standalone ? [SANDBOX_WORD] : ["run", ...flags(), workerUrl().href],
    changes: false,
    environment: { ...environment(), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    stdin: JSON.stringify(task),
    timeoutMs: START_MS + task.timeoutMs * task.jobs.length,
    maxOutputBytes: MAX_ANSWER_BYTES,
  };
}

/** Nothing is cached; only the checkout needs the npm cache. */
function environment(): Readonly<Record<string, string>> {
  return workerUrl().pathname.endsWith(".ts") ? {} : { DENO_DIR: "/dev/null" };
}

/**
 * No permission but to read the sandbox's own code, which Deno asks for before it starts a worker, and nothing from a network or a cache;
 * only the checkout needs its import map and the npm cache.
 */
function flags(): readonly string[] {
  const worker = workerUrl().pathname;
  const source = worker.endsWith(".ts");
  const read = source ? new URL("..", import.meta.url).pathname : worker;
  const config = source
    ? ["--config", new URL("../../deno.json", import.meta.url).pathname]
    : ["--no-config", "--no-npm", "--no-code-cache"];
  const offline = ["--no-remote", "--cached-only", "--no-lock"];
  return [
    "--quiet",
    "--no-prompt",
    `--allow-read=${read}`,
    ...offline,
    "--unstable-worker-options",
    ...config,
  ];
}
