/** `ppm start`. */
import { bringUpCommand } from "./bring_up.ts";
import { changingCommand, DRY_RUN_FLAG } from "./command.ts";

const plain = bringUpCommand({
  verb: "start",
  help: [
    "Returns when every unit that the definition enables is up and has stayed so for three seconds: services active, oneshots done, timers, sockets and paths active. Where the definition has a healthcheck, or containers have one, that too must be content. Otherwise it fails, and shows each culprit with the last lines of its journal.",
    "Works from what the last setup left, so it does not matter whether config.yml is valid. Interrupting it with Ctrl-C ends the waiting, not the starting.",
    "An application that was fenced to move to another server (ppm backup --fence) starts only with --unfence; that is refused, with 8, where another server has claimed its backups meanwhile.",
  ],
  examples: [
    { command: "ppm start", meaning: "start the application and wait until it is up" },
    { command: "ppm start web", meaning: "start web.service alone" },
    { command: "ppm start --timeout 15m", meaning: "give a slow first start more time" },
  ],
});

export const command = changingCommand({
  ...plain,
  flags: {
    ...plain.flags,
    dryRun: DRY_RUN_FLAG,
    unfence: { kind: "switch", brief: "Take back ppm backup --fence: the application stays on this server" },
  },
  async run(context, { unfence, ...flags }, ...words) {
    if (unfence) {
      const { unfenceHere } = await import("./unfence.ts");
      await unfenceHere(context, { dryRun: flags.dryRun });
    }
    return await plain.run(context, flags, ...words);
  },
});
