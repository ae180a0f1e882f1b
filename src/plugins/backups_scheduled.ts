/** Plugin `backups_scheduled`: a timer backs the application up. */
import * as z from "zod/mini";
import { line } from "../config/schema.ts";
import { SHARED_OPTIONS, sharedPolicy } from "./backup_options.ts";
import { definePlugin } from "./plugin.ts";

/** Early enough to be over before people come. The timer spreads it by up to half an hour. */
const DEFAULT_ONCALENDAR = "*-*-* 03:00";

/** It contributes a policy; ppm's own units follow from that. How old a backup may become is asked of systemd, which knows the calendar. */
export const backupsScheduled = definePlugin({
  name: "backups_scheduled",
  summary: "Backups by a timer",
  role: "backup",
  schema: z.strictObject({
    oncalendar: z.optional(
      line().check(z.describe('when, as systemd.time(7) writes it; default: "*-*-* 03:00"')),
    ),
    stop: z.optional(
      z.boolean().check(
        z.describe("whether the application is stopped for the pass that counts; default: true"),
      ),
    ),
    hot: z.optional(
      z.boolean().check(
        z.describe(
          "whether a pass while it runs comes first, so that it is down for less time; default: true",
        ),
      ),
    ),
    ...SHARED_OPTIONS,
  }),
  contribute: ({ oncalendar = DEFAULT_ONCALENDAR, stop = true, hot = true, ...shared }) => ({
    backup: {
      plugin: "backups_scheduled",
      oncalendar,
      stop,
      hot,
      ...sharedPolicy(shared),
      maxAgeMs: null,
      request: null,
    },
  }),
});
