/** `ppm upgrade`: what is new in the definition, and what it would change here; with `--apply`, the whole of it, safely. */
import { withLock } from "../apply/lock.ts";
import { whileAlive } from "../backup/alive.ts";
import { fetchDefinition, type Fetched, previewFetch } from "../definition/fetch.ts";
import { moveClone, requireCleanClone } from "../definition/move_clone.ts";
import { type ExitName, UserError } from "../errors.ts";
import { ReadOnlySystem } from "../host/read_only_system.ts";
import type { ReadSystem } from "../host/system.ts";
import { requireManager } from "../host/systemd.ts";
import { leftAlone, type Offer, requireAcceptable } from "../upgrade/acceptable.ts";
import { settleInterrupted } from "../upgrade/interrupted.ts";
import { whileInterruptible } from "../upgrade/interruptible.ts";
import { printUpgrade } from "../upgrade/preview/print_upgrade.ts";
import { upgradeToJson } from "../upgrade/preview/upgrade_json.ts";
import { requireWayBack } from "../upgrade/room.ts";
import { switchOver, type Upgraded } from "../upgrade/switch_over.ts";
import { accept, readUpgrades } from "../upgrade/upgrades.ts";
import { oneLine } from "../ui/text.ts";
import { changingCommand, type Context, DRY_RUN_FLAG, JSON_FLAG } from "./command.ts";
import { type Examined, examineUpgrade, requireSettled } from "./examine_upgrade.ts";
import { type CheckedConfig, checkedConfig } from "./plan_setup.ts";

export const command = changingCommand({
  help: [
    "Fetches the definition, lists the commits that are new, and shows what they would change on this server. Only the clone moves; " +
    "ppm setup and ppm restart do the rest. With --dry-run the clone stays where it is too.",
    "With --apply it does the rest itself: pulls the images that the units name, saves the data with the application stopped, puts the new files in place, starts, and watches until everything is well. " +
    "Whatever fails after the switch leads back to the generation before, with its images and, as the new version has run, with its data; what that one has left is kept as data.failed-TIME. Then the exit code is 7.",
    "A commit that has failed, or that a rollback has left, is left alone by the timer until upstream moves on. History that was rewritten is refused. Where config.yml names allowedsigners, nothing that they have not signed is rendered.",
  ],
  examples: [
    { command: "ppm upgrade --dry-run", meaning: "show what is new, and move nothing" },
    { command: "ppm upgrade --apply", meaning: "upgrade, and go back by itself if that fails" },
    { command: "ppm upgrade --apply --retry 4f2c81d0", meaning: "try a commit again that has failed before" },
  ],
  flags: {
    apply: {
      kind: "switch",
      brief: "Do what is shown, and take it back if the new version does not get well",
    },
    retry: {
      kind: "value",
      placeholder: "REV",
      brief: "Try this commit again, though it has failed or was left by a rollback",
      parse: String,
    },
    scheduled: { kind: "switch", brief: "Nobody watches: what ppm-upgrade.service runs, with --apply" },
    dryRun: DRY_RUN_FLAG,
    json: JSON_FLAG,
    noWait: { kind: "switch", brief: "Fail at once if another ppm holds the lock" },
  },
  asRoot: false,
  async run(context, flags): Promise<ExitName> {
    requireSense(flags);
    requireManager(context.system);
    const checked = checkedConfig(context);
    const result = flags.dryRun
      ? await look({ ...context, system: new ReadOnlySystem(context.system) }, checked, flags)
      : await whileInterruptible(
        context,
        "upgrade",
        () => whileAlive(context, () => locked(context, checked, flags)),
      );
    if (flags.json) context.output.json(toJson(result));
    return "done";
  },
});

interface UpgradeFlags {
  readonly apply: boolean;
  readonly retry: string | undefined;
  readonly scheduled: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly noWait: boolean;
}

/** What came of it; `examined` is undefined where there was nothing to do. */
interface Result {
  readonly outcome: "nothing" | "quarantined" | "shown" | "applied";
  readonly examined?: Examined;
  readonly upgraded?: Upgraded;
}

function requireSense({ apply, scheduled, retry }: UpgradeFlags): void {
  if (apply || (!scheduled && retry === undefined)) return;
  throw new UserError(
    `Cannot use ${scheduled ? "--scheduled" : "--retry"} without --apply: nothing would be tried`,
    {
      exit: "usage",
      hint: "See: ppm help upgrade",
    },
  );
}

/** Fetches into a scratch directory, and changes nothing. */
async function look(
  context: Context<ReadSystem>,
  checked: CheckedConfig,
  flags: UpgradeFlags,
): Promise<Result> {
  const { system, output } = context;
  requireSettled(system);
  const scratch = system.makeScratch();
  try {
    const fetched = await previewFetch(system, checked.config.definition, scratch);
    await requireAcceptable(context, offerOf(context, checked, fetched));
    const examined = await examineUpgrade(context, checked, { fetched, preview: true, applies: flags.apply });
    if (examined === undefined) return nothing(context, fetched, flags);
    if (!flags.json) printUpgrade(output, examined.preview, { applies: flags.apply, dryRun: true });
    return { outcome: "shown", examined };
  } finally {
    system.removeScratch(scratch);
  }
}

async function locked(context: Context, checked: CheckedConfig, flags: UpgradeFlags): Promise<Result> {
  const { system, output, clock } = context;
  const onWait = (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`);
  return await withLock(system, { verb: "upgrade", clock, wait: !flags.noWait, onWait }, async () => {
    await settleInterrupted(context);
    requireSettled(system);
    await requireCleanClone(system);
    const fetched = await fetchDefinition(system, checked.config.definition);
    const offer = offerOf(context, checked, fetched);
    const alone = leftAlone(offer, flags.retry);
    if (alone !== undefined) {
      const words = `${fetched.name} is at ${
        alone.commit.slice(0, 12)
      }, which is left alone since ${alone.time}: ${alone.why}`;
      const hint = `To try it again: ppm upgrade --apply --retry ${alone.commit.slice(0, 12)}`;
      if (flags.apply && !flags.scheduled) throw new UserError(`Cannot upgrade: ${words}`, { hint });
      output.info(`${words}. ${hint}`);
      if (flags.scheduled) return { outcome: "quarantined" };
    }
    if (flags.scheduled && fetched.clone.commit === offer.manifest.source.commit) {
      return nothing(context, fetched, flags); // what else there is to do is the administrator's, and setup's
    }
    await requireAcceptable(context, offer);
    const examined = await examineUpgrade(context, checked, {
      fetched,
      preview: !flags.apply,
      applies: flags.apply,
    });
    if (examined === undefined) return nothing(context, fetched, flags);
    if (!flags.json) printUpgrade(output, examined.preview, { applies: flags.apply });
    const accepted = { commit: fetched.clone.commit, revision: checked.config.definition.revision ?? null };
    if (flags.apply) return await applied(context, examined, { accepted, scheduled: flags.scheduled });
    await moveClone(system, accepted.commit);
    accept(system, accepted, {});
    return { outcome: "shown", examined };
  });
}

async function applied(
  context: Context,
  examined: Examined,
  { accepted, scheduled }: {
    readonly accepted: { readonly commit: string; readonly revision: string | null };
    readonly scheduled: boolean;
  },
): Promise<Result> {
  const { manifest, prepared, backup, preview } = examined;
  if (scheduled && preview.grants.length > 0 && !manifest.upgrade?.widen) throw widened(preview);
  if (backup !== undefined) await requireWayBack(context, { scheduled });
  const upgraded = await switchOver(context, { manifest, prepared, accepted, backup, scheduled });
  const { app, to } = preview;
  context.output.info(`${app} ${to.version} stands: generation ${upgraded.generation}`);
  return { outcome: "applied", examined, upgraded };
}

function offerOf({ system }: Context<ReadSystem>, { config }: CheckedConfig, fetched: Fetched): Offer {
  return {
    fetched,
    place: config.definition,
    manifest: requireSettled(system),
    upgrades: readUpgrades(system),
  };
}

function nothing({ output }: Context<ReadSystem>, { clone, name }: Fetched, { json }: UpgradeFlags): Result {
  if (!json) {
    output.info(`Nothing to do: ${name} is at ${clone.commit.slice(0, 12)}, and that is what stands`);
  }
  return { outcome: "nothing" };
}

function widened({ to, grants }: Examined["preview"]): UserError {
  const lines = grants.map((grant) => `  ${oneLine(grant)}`);
  return new UserError(
    [`Cannot upgrade to ${to.commit.slice(0, 12)} unattended: it asks for more than before`, ...lines].join(
      "\n",
    ),
    {
      exit: "widened",
      hint:
        "If that is right: ppm upgrade --apply. To let the timer do so: upgrade_scheduled: { widen: true } in appinfo.yml",
    },
  );
}

function toJson({ outcome, examined, upgraded }: Result): unknown {
  return {
    outcome,
    upgrade: examined === undefined ? null : upgradeToJson(examined.preview),
    generation: upgraded?.generation ?? null,
    snapshot: upgraded?.snapshot ?? null,
    started: upgraded?.tried ?? [],
  };
}
