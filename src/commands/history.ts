/** `ppm history`: the generations that ppm has made of this home directory. */
import { readGenerationRecord } from "../apply/generation_record.ts";
import { listGenerations, readDescription } from "../apply/generations.ts";
import { knownSecrets } from "../apply/known_secrets.ts";
import { readManifest, requireManifest } from "../plan/read_manifest.ts";
import { JSON_FLAG, lookingCommand } from "./command.ts";
import { historyView, toGenerationReport } from "./history_view.ts";

export const command = lookingCommand({
  help: [
    "Lists the generations, the newest first: every state that ppm has made of this home directory, with the commit it was made from, how that went, and the snapshot that was taken " +
    "before. The star marks the one that stands.",
    "The newest 50 are kept, in .ppm/generations/, as plain files: compare two with diff -r.",
  ],
  examples: [
    { command: "ppm history", meaning: "see what there is to go back to" },
    {
      command: "ppm history --json",
      meaning: "all that is known: files with their hashes, images, whole messages",
    },
  ],
  flags: { json: JSON_FLAG },
  asRoot: false,
  run({ system, output }, { json }) {
    const numbers = listGenerations(system).toReversed();
    const manifest = numbers.length === 0 ? requireManifest(system) : readManifest(system);
    const reports = numbers.map((number) =>
      toGenerationReport(number, {
        description: readDescription(system, number),
        record: readGenerationRecord(system, number),
        stands: number === manifest?.generation,
      })
    );
    // Why one has failed is said in part by the application itself.
    if (reports.some((report) => report.message !== null)) output.redact(knownSecrets(system));
    const { style, columns } = output;
    if (json) output.json({ standing: manifest?.generation ?? null, generations: reports });
    else output.print(historyView(reports, { style, columns }).join("\n"));
    return Promise.resolve("done");
  },
});
