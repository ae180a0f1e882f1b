/** `ppm version`. */
import { versionInfo, versionText } from "../version.ts";
import { JSON_FLAG, lookingCommand } from "./command.ts";

export const command = lookingCommand({
  help: ["The answer names the commit that ppm was built from, how it was built, and the Deno it runs on."],
  examples: [{ command: "ppm version --json", meaning: "the same for a program to read" }],
  flags: { json: JSON_FLAG },
  asRoot: true,
  run({ output }, flags) {
    if (flags.json) output.json(versionInfo());
    else output.print(versionText().trimEnd());
    return Promise.resolve("done");
  },
});
