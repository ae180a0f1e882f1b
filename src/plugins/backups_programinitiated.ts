/** Plugin `backups_programinitiated`: the application itself knows when its data is fit to be saved, and asks. It is never stopped for it. */
import * as z from "zod/mini";
import { line } from "../config/schema.ts";
import { parseTimeSpan } from "../config/span.ts";
import { belowDataFault, SHARED_OPTIONS, sharedPolicy } from "./backup_options.ts";
import { definePlugin } from "./plugin.ts";

const HOUR_MS = 3_600_000;

/** It contributes a policy; ppm's own units follow from that. */
export const backupsProgramInitiated = definePlugin({
  name: "backups_programinitiated",
  summary: "The application itself asks for backups",
  role: "backup",
  schema: z.strictObject({
    maxage: line(spanFault).check(
      z.describe('how old the newest good backup may become before somebody is told, for instance "26h"'),
    ),
    request: z.optional(
      line(requestFault).check(
        z.describe("a file below data/: the application makes it to ask for a backup"),
      ),
    ),
    ...SHARED_OPTIONS,
  }),
  contribute: ({ maxage, request = null, ...shared }) => ({
    backup: {
      plugin: "backups_programinitiated",
      oncalendar: null,
      stop: false,
      hot: false,
      ...sharedPolicy(shared),
      maxAgeMs: parseTimeSpan(maxage) ?? null,
      request,
    },
  }),
});

function spanFault(text: string): string | undefined {
  const span = parseTimeSpan(text);
  if (span === undefined) return 'must be a span of time, for instance "26h" or "1d 2h"';
  return span < HOUR_MS ? "must be at least 1h" : undefined;
}

/** systemd takes a backslash at the end of a line for its continuation. */
function requestFault(path: string): string | undefined {
  return path.endsWith("\\") ? "must not end with a backslash" : belowDataFault(path);
}
