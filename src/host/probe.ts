/** Asks a server on this machine whether it is well, over HTTP or by connecting. */
import type { Answer, Question } from "./system.ts";

/** Asks `question` once; everything together takes at most `timeoutMs`. */
export function probe(question: Question, timeoutMs: number): Promise<Answer> {
  throw new Error(`not yet: ${question.kind} ${timeoutMs}`);
}
