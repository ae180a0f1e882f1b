/** Plugin `neighbours_watch`: renders the application anew, and reloads it, when its neighbours publish something else. */
import * as z from "zod/mini";
import { line } from "../config/schema.ts";
import { enabledUnitFault } from "../definition/unit_names.ts";
import { definePlugin } from "./plugin.ts";

/** It contributes a policy; ppm's own units follow from that. */
export const neighboursWatch = definePlugin({
  name: "neighbours_watch",
  summary: "Renders again when neighbours publish something else",
  schema: z.strictObject({
    reload: z.optional(
      z.array(line(enabledUnitFault)).check(
        z.describe("units to reload then; default: all that run and can be reloaded"),
      ),
    ),
  }),
  contribute: ({ reload }) => ({ watch: { reload: reload ?? null } }),
});
