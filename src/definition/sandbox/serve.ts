/** The worker, where templates run: without any permission, without most of what JavaScript finds in Deno. */
import { Helpers } from "./helpers.ts";
import { lockdown } from "./lockdown.ts";
import { render } from "./render.ts";
import { strict } from "./strict.ts";
import type { Task } from "./task.ts";

/** Waits for a task and posts an outcome for each of its jobs. */
export function serve(): void {
  const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
  const post = scope.postMessage.bind(scope);
  scope.onmessage = async ({ data }: MessageEvent<Task>) => {
    const helpers = await Helpers.load(data.jobs.map((job) => job.text), data.key);
    lockdown();
    post("started");
    const it = strict({ ...data.context, ...helpers.names }, "it");
    for (const job of data.jobs) {
      const outcome = render(job, it, data.maxBytes);
      const hashes = helpers.takeHashes();
      post(outcome.ok ? { ...outcome, hashes } : outcome);
    }
  };
}

/** The part of a worker's global scope that is used here. */
interface DedicatedWorkerGlobalScope {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent<Task>) => void) | null;
}
