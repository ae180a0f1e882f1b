/** `ppm start --unfence`. */
import type { Context } from "./command.ts";

/** Takes the fence away, if one stands. */
export function unfenceHere(_context: Context, _options: { readonly dryRun: boolean }): Promise<void> {
  throw new Error("not yet");
}
