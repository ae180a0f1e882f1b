/** `ppm snapshots`: what the repository holds of this application. */
import { newestGood, ofInstance } from "../backup/choose.ts";
import { openRepository, requireBackupConfig } from "../backup/open_repository.ts";
import type { Identity, Snapshot } from "../backup/snapshot.ts";
import { definitionId, identityOf, readSnapshot } from "../backup/tags.ts";
import type { Config } from "../config/config.ts";
import { UserError } from "../errors.ts";
import { listSnapshots } from "../host/restic/repository.ts";
import { readManifest } from "../plan/read_manifest.ts";
import { JSON_FLAG, lookingCommand } from "./command.ts";
import { checkedConfig } from "./plan_setup.ts";
import { snapshotsView, toReport } from "./snapshots_view.ts";

export const command = lookingCommand({
  help: [
    "Lists the snapshots of this application in its repository, the newest first, with what each is worth. Only good ones are ever restored by themselves: suspect ones (data/ was empty or had shrunk by more than half), " +
    "incomplete ones (something could not be read), hot ones (made while the application ran) and claims (which server writes here) are not.",
    "Nothing is locked, so this works while a backup runs.",
  ],
  examples: [
    { command: "ppm snapshots", meaning: "see what could be restored" },
    { command: "ppm snapshots --json", meaning: "the same for a program to read; times are RFC 3339" },
  ],
  flags: { json: JSON_FLAG },
  asRoot: false,
  async run(context, { json }) {
    const { system, output, clock } = context;
    const manifest = readManifest(system);
    if (manifest?.backup === null) throw refuseWithout(manifest.instance);
    const { config } = checkedConfig(context);
    const repository = openRepository({ system, output }, requireBackupConfig(config));
    const all = (await listSnapshots(repository)).map(readSnapshot);
    const instance = manifest?.instance ?? config.instance;
    const own = ofInstance(all, instance);
    const identity = manifest === undefined
      ? await expectedIdentity(config, own)
      : await identityOf(manifest);
    const report = toReport(own, {
      others: all.filter((snapshot) => snapshot.identity.instance !== instance),
      restored: newestGood(own, identity, clock.now()),
      identity,
    });
    if (json) output.json(report);
    else {
      const { style, columns } = output;
      output.print(snapshotsView(report, { style, columns, nowMs: clock.now() }).join("\n"));
    }
    return "done";
  },
});

function refuseWithout(instance: string): UserError {
  return new UserError(`Cannot list snapshots of "${instance}": its definition loads backups_none`, {
    exit: "usage",
    hint:
      "An application that has data to lose loads backups_scheduled or backups_programinitiated in appinfo.yml",
  });
}

/** On a server that has not been set up, only the definition knows the application's name: until it is cloned, that of its newest snapshot is believed. */
async function expectedIdentity(config: Config, own: readonly Snapshot[]): Promise<Identity> {
  const definition = await definitionId(config.definition);
  const newest = own.find((snapshot) => snapshot.identity.definition === definition);
  return { instance: config.instance, app: newest?.identity.app ?? "", definition };
}
