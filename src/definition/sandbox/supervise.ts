/** The sandbox's process: starts the worker, keeps the clock and an eye on the memory, answers what it has when something runs away. */
import type { RenderOutcome } from "../renderer.ts";
import { type Answer, type Task, toOutcome } from "./task.ts";

/** How much memory the templates of a definition may use beside what the process has at its start. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;

/** How often clock and memory are looked at: a worker can allocate about 1 GiB in a second. */
const WATCH_MS = 20;

/** Answers the task on standard input on standard output, with the worker at `workerUrl`. Ends the process. */
export async function supervise(workerUrl: string): Promise<never> {
  const task: Task = JSON.parse(await new Response(Deno.stdin.readable).text());
  write(JSON.stringify(await answer(task, workerUrl)));
  Deno.exit(0); // even if the worker is still busy: nothing else would end it
}

function answer(task: Task, workerUrl: string): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const outcomes: RenderOutcome[] = [];
  const worker = new Worker(workerUrl, { type: "module", deno: { permissions: "none" } });
  const stop = (stopped: NonNullable<Answer["stopped"]>) => resolve({ outcomes, stopped });
  let deadline = Infinity;
  worker.onmessage = ({ data }) => {
    if (deadline < Infinity) {
      const job = task.jobs[outcomes.length];
      const outcome = job && toOutcome(data, job, task.maxBytes);
      if (outcome === undefined) return stop("failure");
      outcomes.push(outcome);
      if (outcomes.length === task.jobs.length) return resolve({ outcomes });
    }
    deadline = performance.now() + task.timeoutMs; // the first message says that the worker has started
  };
  worker.onerror = (event) => {
    event.preventDefault();
    stop("failure");
  };
  worker.onmessageerror = () => stop("failure");
  const most = Deno.memoryUsage().rss + MAX_MEMORY_BYTES;
  watch(() => {
    if (Deno.memoryUsage().rss > most) stop("memory");
    if (performance.now() > deadline) stop("time");
  });
  worker.postMessage(task);
  return promise;
}

/** Calls `look` again and again, until the process ends. A timer of its own (setInterval) would cost 8 ms to load. */
function watch(look: () => void): void {
  AbortSignal.timeout(WATCH_MS).addEventListener("abort", () => {
    look();
    watch(look);
  });
}

function write(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += Deno.stdout.writeSync(bytes.subarray(written));
}
