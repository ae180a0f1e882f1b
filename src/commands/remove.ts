/** `ppm remove`: takes an application off this server. */
import { withLock } from "../apply/lock.ts";
import { requireBackupConfig } from "../backup/open_repository.ts";
import type { ExitName } from "../errors.ts";
import { ReadOnlySystem } from "../host/read_only_system.ts";
import { requireManager } from "../host/systemd.ts";
import { readManifest } from "../plan/read_manifest.ts";
import { chooseGround, type Ground, type RemovalRequest } from "../remove/choose_ground.ts";
import { requireOutside } from "../remove/own_cgroup.ts";
import { unitsOfAll } from "../remove/prepare_removal.ts";
import { describeRemoval, type RemovalStep } from "../remove/removal_steps.ts";
import { previewRemoval, remove, tidyUp } from "../remove/remove.ts";
import { whileInterruptible } from "../upgrade/interruptible.ts";
import { printSteps, type Step } from "../ui/steps.ts";
import { changingCommand, type Context, DRY_RUN_FLAG, JSON_FLAG } from "./command.ts";
import { checkedConfig } from "./plan_setup.ts";

export const command = changingCommand({
  help: [
    "Takes the application off this server: stops it, makes a last backup and proves it by restoring it beside data/, then stops and disables its units, removes what ppm wrote, and takes back what the neighbours were told. " +
    "A file that was edited by hand is kept under .ppm/overwritten/ first. data/, config.yml and the secrets stay, so that ppm setup brings the application back.",
    "With --data, data/ and .ppm/ go too; what was kept aside (ppm clean) stays, and is named. " +
    "Where the backup cannot be made or proven, nothing is removed, what ran runs again, and the exit code is 8. If it is interrupted after that, the next ppm remove goes on.",
    "An application that was fenced (ppm backup --fence) and whose backups another server has claimed since needs no other backup: that server has its data.",
  ],
  examples: [
    { command: "ppm remove --dry-run", meaning: "show every step, and do nothing" },
    { command: "ppm remove", meaning: "take the application off this server, and keep its data" },
    { command: "ppm remove --data", meaning: "the data too: the last backup has it" },
  ],
  flags: {
    data: { kind: "switch", brief: "Remove data/ and the secrets too" },
    withoutBackup: { kind: "switch", brief: "Remove without a last backup: what no snapshot holds is lost" },
    dryRun: DRY_RUN_FLAG,
    json: JSON_FLAG,
    noWait: { kind: "switch", brief: "Fail at once if another ppm holds the lock" },
  },
  asRoot: false,
  async run(context, { dryRun, json, noWait, ...flags }): Promise<ExitName> {
    const { system, output, clock } = context;
    requireManager(system);
    const request = { ...flags, backupConfig: () => backupConfig(context) };
    if (dryRun) return await show({ ...context, system: new ReadOnlySystem(system) }, request, json);
    const manifest = readManifest(system);
    if (manifest === undefined && await chooseGround(context, manifest, request) === undefined) {
      return nothing(context, json); // taking the lock would make .ppm/
    }
    if (manifest !== undefined) await requireOutside(system, unitsOfAll(system, manifest));
    const onWait = (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`);
    const removed = await withLock(system, { verb: "remove", clock, wait: !noWait, onWait }, async () => {
      const removed = await whileInterruptible(context, "removal", () => remove(context, request));
      tidyUp(system);
      return removed;
    });
    if (removed === undefined) return nothing(context, json);
    const { snapshot, steps } = removed;
    if (json) output.json({ changed: true, snapshot, actions: steps.map(toJson) });
    else output.info("Removed");
    return "done";
  },
});

function backupConfig(context: Context) {
  const configFile = context.configFile ?? readManifest(context.system)?.config.file;
  return requireBackupConfig(checkedConfig({ ...context, configFile }).config);
}

function nothing({ output }: Pick<Context, "output">, json: boolean): ExitName {
  if (json) output.json({ changed: false, snapshot: null, actions: [] });
  else output.info("Nothing to do: no application is set up here");
  return "done";
}

type Reading = Parameters<typeof previewRemoval>[0];

async function show(hands: Reading, request: RemovalRequest, json: boolean): Promise<ExitName> {
  const preview = await previewRemoval(hands, request);
  if (preview === undefined) return nothing(hands, json);
  const { ground, steps } = preview;
  const first = firstStep(ground);
  if (json) {
    hands.output.json({ ground: { kind: ground.kind, ...first }, actions: steps.map(toJson) });
  } else printSteps(hands.output, [first, ...steps.map(describeRemoval)]);
  return "done";
}

function toJson(step: RemovalStep): unknown {
  return { kind: step.kind, ...describeRemoval(step) };
}

/** What comes before anything is removed, in words. */
function firstStep(ground: Ground): Step {
  switch (ground.kind) {
    case "begun":
      return { what: "go on with the removal", why: `it was begun at ${ground.fence.time}` };
    case "elsewhere":
      return { what: `take the snapshot ${ground.snapshot.slice(0, 8)} for the last one`, why: ground.words };
    case "bare":
      return { what: "stop the application without a backup", why: ground.why };
    case "save":
      return {
        what: "stop the application, save data/, and prove the snapshot by restoring it beside data/",
        why: "nothing is removed without",
      };
  }
}
