/** `ppm clean`: what was kept aside, and its removal. */
import { withLock } from "../apply/lock.ts";
import { chooseKept, removable, removeKept } from "../backup/clean.ts";
import { type Kept, KEPT_WORDS, keptAside } from "../backup/kept_aside.ts";
import type { ExitName } from "../errors.ts";
import { ReadOnlySystem } from "../host/read_only_system.ts";
import { table } from "../ui/table.ts";
import { printable } from "../ui/text.ts";
import { relativeTime, size } from "../ui/units_of_measure.ts";
import { changingCommand, type Context, DRY_RUN_FLAG, JSON_FLAG } from "./command.ts";

export const command = changingCommand({
  help: [
    "Lists what ppm has kept aside: data that stood where a snapshot was restored, data of failed upgrades, files that were edited by hand before ppm replaced them, and what killed restores and drills have left. " +
    "With --remove, all of that is removed, or what is named alone.",
  ],
  examples: [
    { command: "ppm clean", meaning: "see what there is, how old and how large" },
    { command: "ppm clean data.before-20261122T030000Z --remove", meaning: "remove one thing of the list" },
  ],
  flags: {
    remove: { kind: "switch", brief: "Remove what is listed" },
    dryRun: DRY_RUN_FLAG,
    json: JSON_FLAG,
  },
  positional: {
    placeholder: "NAME",
    brief: "Names of the list; default: all",
    maximum: 1000,
    complete: "kept",
  },
  asRoot: false,
  async run(context, { remove, dryRun, json }, ...names): Promise<ExitName> {
    const { output, clock } = context;
    const kept = chooseKept(await keptAside(new ReadOnlySystem(context.system)), names);
    if (json) {
      output.json(kept.map(({ sinceMs, ...rest }) => ({ ...rest, since: new Date(sinceMs).toISOString() })));
    } else print(context, kept);
    if (!remove || dryRun || kept.length === 0) return "done";
    const onWait = (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`);
    await withLock(context.system, { verb: "clean", clock, wait: true, onWait }, async () => {
      for (const each of await removable(context, kept)) {
        await removeKept(context.system, each);
        output.info(`Removed ${each.name}`);
      }
    });
    return "done";
  },
});

function print({ output, clock }: Context, kept: readonly Kept[]): void {
  if (kept.length === 0) {
    output.info("Nothing was kept aside");
    return;
  }
  const rows = kept.map(({ name, kind, bytes, sinceMs }) => [
    printable(name),
    KEPT_WORDS[kind],
    size(bytes),
    relativeTime(sinceMs, clock.now()),
  ]);
  const heading = ["NAME", "WHAT", "SIZE", "SINCE"];
  output.print(table(heading, rows, { columns: output.columns, heading: output.style.dim }).join("\n"));
}
