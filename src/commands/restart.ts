/** `ppm restart`. */
import { bringUpCommand } from "./bring_up.ts";

export const command = bringUpCommand({
  verb: "restart",
  help: [
    "Restarts what runs, starts what does not, and returns when every unit is up and has stayed so for three seconds; otherwise it fails, and shows each culprit with the last lines of its journal.",
  ],
  examples: [
    { command: "ppm restart", meaning: "restart the whole application and wait until it is up" },
    { command: "ppm restart web", meaning: "restart web.service alone" },
  ],
});
