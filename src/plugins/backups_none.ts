/** Plugin `backups_none`: says that nothing of this application needs saving, and why. */
import * as z from "zod/mini";
import { line } from "../config/schema.ts";
import { definePlugin } from "./plugin.ts";

/** It contributes nothing: that is the point of it. */
export const backupsNone = definePlugin({
  name: "backups_none",
  summary: "Nothing is backed up, because nothing here needs saving",
  role: "backup",
  schema: z.strictObject({
    reason: line().check(z.describe("why nothing here needs saving")),
  }),
  contribute: () => ({}),
});
