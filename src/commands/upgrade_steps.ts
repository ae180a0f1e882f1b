/** The steps of `ppm upgrade`: fetch, ask whether the new commit may be used, show what it would change, and go as far as is asked for. */
import { withLock } from "../apply/lock.ts";
import { readFence, requireUnfenced } from "../backup/fence.ts";
import { fetchDefinition, type Fetched, previewFetch } from "../definition/fetch.ts";
import { moveClone, requireCleanClone } from "../definition/move_clone.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { leftAlone, type Offer, requireAcceptable } from "../upgrade/acceptable.ts";
import { settleInterrupted } from "../upgrade/interrupted.ts";
import { printUpgrade } from "../upgrade/preview/print_upgrade.ts";
import { upgradeToJson } from "../upgrade/preview/upgrade_json.ts";
import { requireWayBack } from "../upgrade/room.ts";
import { switchOver, type Upgraded } from "../upgrade/switch_over.ts";
import { accept, type Accepted, type Quarantined, quarantined, readUpgrades } from "../upgrade/upgrades.ts";
import { oneLine } from "../ui/text.ts";
import type { Context } from "./command.ts";
import { type Examined, examineUpgrade, requireSettled } from "./examine_upgrade.ts";
import type { CheckedConfig } from "./plan_setup.ts";

/** What was said on the command line. */
export interface UpgradeFlags {
  readonly apply: boolean;
  readonly retry: string | undefined;
  readonly scheduled: boolean;
  readonly json: boolean;
  readonly noWait: boolean;
}

/** What came of it; `examined` is undefined where there was nothing to do. */
export interface UpgradeResult {
  readonly outcome: "nothing" | "quarantined" | "shown" | "applied" | "rolledBack";
  readonly examined?: Examined;
  readonly upgraded?: Upgraded;
  /** What to tell where the new version was taken back. */
  readonly rolledBack?: UserError;
}

/** Fetches into a scratch directory, shows what would be done, and changes nothing. */
export async function lookAtUpgrade(
  context: Context<ReadSystem>,
  checked: CheckedConfig,
  flags: UpgradeFlags,
): Promise<UpgradeResult> {
  const { system } = context;
  requireSettled(system);
  const scratch = system.makeScratch();
  try {
    const fetched = await previewFetch(system, checked.config.definition, scratch);
    await requireAcceptable(context, offerOf(context, checked, fetched));
    const examined = await examineUpgrade(context, checked, { fetched, preview: true, applies: flags.apply });
    return examined === undefined
      ? nothing(context, fetched, flags)
      : shown(context, examined, { ...flags, dryRun: true });
  } finally {
    system.removeScratch(scratch);
  }
}

/** Takes the lock; fetches, shows, and then moves the clone or, with `--apply`, does the whole of it. */
export async function upgrade(
  context: Context,
  checked: CheckedConfig,
  flags: UpgradeFlags,
): Promise<UpgradeResult> {
  const { system, output, clock } = context;
  const onWait = (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`);
  return await withLock(system, { verb: "upgrade", clock, wait: !flags.noWait, onWait }, async () => {
    await settleInterrupted(context);
    if (flags.scheduled && readFence(system) !== undefined) return fenced(context);
    requireUnfenced(system, "upgrade");
    requireSettled(system);
    await requireCleanClone(system);
    const fetched = await fetchDefinition(system, checked.config.definition);
    const offer = offerOf(context, checked, fetched);
    const alone = leftAlone(offer, flags.retry);
    if (alone !== undefined) tellLeftAlone(context, { fetched, alone }, flags);
    if (alone !== undefined && flags.scheduled) return { outcome: "quarantined" };
    // What else there is to do is the administrator's, and setup's.
    const isOld = fetched.clone.commit === offer.manifest.source.commit;
    if (flags.scheduled && isOld) return nothing(context, fetched, flags);
    await requireAcceptable(context, offer);
    return await goOn(context, checked, { fetched, flags });
  });
}

/** What is about to leave this server is not upgraded here. */
function fenced({ output }: Context): UpgradeResult {
  output.info("Nothing to do: the application is fenced");
  return { outcome: "nothing" };
}

async function goOn(
  context: Context,
  checked: CheckedConfig,
  { fetched, flags }: { readonly fetched: Fetched; readonly flags: UpgradeFlags },
): Promise<UpgradeResult> {
  const { apply, scheduled } = flags;
  const examined = await examineUpgrade(context, checked, { fetched, preview: !apply, applies: apply });
  if (examined === undefined) return nothing(context, fetched, flags);
  const result = shown(context, examined, flags);
  const accepted = { commit: fetched.clone.commit, revision: checked.config.definition.revision ?? null };
  if (apply) return await applied(context, examined, { accepted, scheduled });
  await moveClone(context.system, accepted.commit);
  accept(context.system, accepted, {});
  return result;
}

async function applied(
  context: Context,
  examined: Examined,
  { accepted, scheduled }: { readonly accepted: Accepted; readonly scheduled: boolean },
): Promise<UpgradeResult> {
  const { manifest, prepared, backup, preview } = examined;
  if (scheduled && preview.grants.length > 0 && !manifest.upgrade?.widen) throw widened(preview);
  if (backup !== undefined) await requireWayBack(context, { scheduled });
  try {
    const upgraded = await switchOver(context, { manifest, prepared, accepted, backup, scheduled });
    const { app, to } = preview;
    context.output.info(`${app} ${to.version} stands: generation ${upgraded.generation}`);
    return { outcome: "applied", examined, upgraded };
  } catch (error) {
    if (!(error instanceof UserError) || error.exit !== "rolledBack") throw error;
    return { outcome: "rolledBack", examined, rolledBack: error };
  }
}

function shown(
  { system, output }: Context<ReadSystem>,
  examined: Examined,
  { apply, json, dryRun = false }: UpgradeFlags & { readonly dryRun?: boolean },
): UpgradeResult {
  const retry = quarantined(readUpgrades(system), examined.preview.to.commit) !== undefined;
  if (!json) printUpgrade(output, examined.preview, { applies: apply, dryRun, retry });
  return { outcome: "shown", examined };
}

/** Says that the new commit was tried, or left, before; throws where it is to be applied by hand all the same. */
function tellLeftAlone(
  { output }: Context,
  { fetched, alone }: { readonly fetched: Fetched; readonly alone: Quarantined },
  { apply, scheduled }: UpgradeFlags,
): void {
  const id = alone.commit.slice(0, 12);
  const words = `${fetched.name} is at ${id}, which is left alone since ${alone.time}: ${alone.why}`;
  const hint = `To try it again: ppm upgrade --apply --retry ${id}`;
  if (apply && !scheduled) throw new UserError(`Cannot upgrade: ${words}`, { hint });
  output.info(`${words}. ${hint}`);
}

function offerOf({ system }: Context<ReadSystem>, { config }: CheckedConfig, fetched: Fetched): Offer {
  return {
    fetched,
    place: config.definition,
    manifest: requireSettled(system),
    upgrades: readUpgrades(system),
  };
}

function nothing(
  { output }: Context<ReadSystem>,
  { clone, name }: Fetched,
  { json }: UpgradeFlags,
): UpgradeResult {
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

/** Returns what `ppm upgrade --json` prints. Names, once released, stay. */
export function upgradeResultToJson({ outcome, examined, upgraded, rolledBack }: UpgradeResult): unknown {
  return {
    outcome,
    upgrade: examined === undefined ? null : upgradeToJson(examined.preview),
    generation: upgraded?.generation ?? null,
    snapshot: upgraded?.snapshot ?? null,
    started: upgraded?.tried ?? [],
    message: rolledBack?.message ?? null,
  };
}
