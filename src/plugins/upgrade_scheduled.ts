/** Plugin `upgrade_scheduled`: a timer upgrades the application when its definition has moved on. */
import * as z from "zod/mini";
import { line } from "../config/schema.ts";
import { definePlugin } from "./plugin.ts";

/** An hour after the backup by a timer, and over before people come. The timer spreads it by up to half an hour. */
const DEFAULT_ONCALENDAR = "*-*-* 04:00";

/** It contributes a policy; ppm's own units follow from that. */
export const upgradeScheduled = definePlugin({
  name: "upgrade_scheduled",
  summary: "Upgrades by a timer",
  schema: z.strictObject({
    oncalendar: z.optional(
      line().check(z.describe('when, as systemd.time(7) writes it; default: "*-*-* 04:00"')),
    ),
    widen: z.optional(
      z.boolean().check(
        z.describe(
          "whether the timer may apply what opens a port, adds a domain, or adds a program outside a container; default: false",
        ),
      ),
    ),
  }),
  contribute: ({ oncalendar = DEFAULT_ONCALENDAR, widen = false }) => ({ upgrade: { oncalendar, widen } }),
});
