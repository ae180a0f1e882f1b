/** Goes on where a setup would stop. */
import type { Problems } from "../config/problems.ts";
import { InvalidError } from "../errors.ts";

/** Returns what `check` returns, or takes over the problems that it throws. */
export async function collect<T>(problems: Problems, check: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    problems.addAll(error.problems);
    return undefined;
  }
}
