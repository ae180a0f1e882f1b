/**
 * The sandbox's entry: a program of its own, and the worker in it.
 *
 * ppm starts this file as a process, which reads a {@linkcode Task} and answers it. The process starts this file once more, as a worker
 * without any permission: there the templates run. Two steps, because a worker whose code does not end cannot be ended by its own
 * process, nor kept from using up its memory, while the process as a whole can be.
 */
import { serve } from "./sandbox/serve.ts";
import { supervise } from "./sandbox/supervise.ts";

if ("WorkerGlobalScope" in globalThis) serve();
else await supervise(import.meta.url);
