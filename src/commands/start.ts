/** `ppm start`. */
import { bringUpCommand } from "./bring_up.ts";

export const command = bringUpCommand({
  verb: "start",
  help: [
    "Returns when every unit that the definition enables is up and has stayed so for three seconds: services active, oneshots done, timers, sockets and paths active. Where the definition has a healthcheck, or containers have one, that too must be content. Otherwise it fails, and shows each culprit with the last lines of its journal.",
    "Works from what the last setup left, so it does not matter whether config.yml is valid. Interrupting it with Ctrl-C ends the waiting, not the starting.",
  ],
  examples: [
    { command: "ppm start", meaning: "start the application and wait until it is up" },
    { command: "ppm start web", meaning: "start web.service alone" },
    { command: "ppm start --timeout 15m", meaning: "give a slow first start more time" },
  ],
});
