/** What `ppm upgrade` finds out before anything is changed: whether the new commit may be used, and what it would change here. */
import { readGeneration } from "../apply/generations.ts";
import type { BackupConfig } from "../config/config.ts";
import { previewData } from "../backup/settle_data.ts";
import { type AppInfoDraft, draftAppInfo } from "../definition/appinfo.ts";
import { type Commit, commitsBetween, hasCommit } from "../definition/commits.ts";
import type { Fetched } from "../definition/fetch.ts";
import { readSource } from "../definition/source.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { newGrants } from "../plan/grants.ts";
import type { Prepared } from "../apply/prepare.ts";
import type { Manifest } from "../plan/manifest.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { makePreview, type UpgradePreview } from "../upgrade/preview/upgrade_preview.ts";
import type { Context } from "./command.ts";
import { type CheckedConfig, type PlannedSetup, planSetup } from "./plan_setup.ts";
import { dataRequest } from "./setup_data.ts";

/** An upgrade that was thought through. */
export interface Examined {
  readonly manifest: Manifest;
  readonly prepared: Prepared;
  readonly preview: UpgradePreview;
  /** Where snapshots go; undefined: the application is not backed up. */
  readonly backup: BackupConfig | undefined;
}

/** Returns the application that is to be upgraded; throws where none was ever set up as a whole. */
export function requireSettled(system: ReadSystem): Manifest {
  const manifest = requireManifest(system);
  if (manifest.generation > 0) return manifest;
  throw new UserError("Cannot upgrade what was never set up as a whole: the first setup was interrupted", {
    hint: "Finish it first: ppm setup",
  });
}

/**
 * Plans the upgrade to what was fetched, which has been found acceptable; undefined where there is nothing to do. Changes nothing. `preview`: nothing of it will
 * be applied. `applies`: an upgrade is asked for that does all of it, so that it must not need a word that only setup takes.
 */
export async function examineUpgrade(
  context: Context<ReadSystem>,
  checked: CheckedConfig,
  { fetched, preview, applies }: {
    readonly fetched: Fetched;
    readonly preview: boolean;
    readonly applies: boolean;
  },
): Promise<Examined | undefined> {
  const { system } = context;
  const manifest = requireSettled(system);
  const planned = await planSetup(context, checked, fetched.clone, { preview });
  const { prepared } = planned;
  if (prepared === undefined) return undefined;
  return {
    manifest,
    prepared,
    backup: applies ? await requireData(context, checked, planned) : undefined,
    preview: await previewOf(context, checked, { manifest, prepared, fetched }),
  };
}

const NO_DATA_FLAGS = { fresh: false, from: undefined, stopBackups: false };

/** Returns where snapshots go, if anywhere. Throws where `data/` is missing, or backups would end: that takes somebody's word, and setup is who asks for it. */
async function requireData(
  context: Context<ReadSystem>,
  checked: CheckedConfig,
  planned: PlannedSetup,
): Promise<BackupConfig | undefined> {
  try {
    const request = await dataRequest(context, checked, planned, NO_DATA_FLAGS);
    if (request === undefined || (await previewData(context, request)).kind === "keep") {
      return request?.backup;
    }
  } catch (error) {
    if (!(error instanceof UserError) || error.exit !== "refused") throw error;
    throw new UserError(error.message, {
      exit: "refused",
      hint: [SETUP_DECIDES, ...error.hint === undefined ? [] : [error.hint]].join("\n"),
      cause: error,
    });
  }
  throw new UserError("Cannot upgrade: data/ is missing", { exit: "refused", hint: SETUP_DECIDES });
}

const SETUP_DECIDES = "Setup decides that, once the definition has moved: ppm upgrade, then ppm setup";

async function previewOf(
  { system }: Context<ReadSystem>,
  { config }: CheckedConfig,
  { manifest, prepared, fetched }: {
    readonly manifest: Manifest;
    readonly prepared: Prepared;
    readonly fetched: Fetched;
  },
): Promise<UpgradePreview> {
  const { clone, name } = fetched;
  const { directory } = clone;
  const { source } = manifest;
  const isKnown = await hasCommit(system, directory, source.commit);
  const draftOf = async (commit: string, below: string): Promise<AppInfoDraft> =>
    draftAppInfo((await readSource(system, { ...clone, commit }, below)).appinfo, "appinfo.yml");
  const commits: readonly Commit[] = isKnown
    ? await commitsBetween(system, directory, source.commit, clone.commit)
    : [];
  return makePreview({
    manifest,
    standing: await unless(() => readGeneration(system, manifest.generation).then((each) => each?.files)),
    prepared,
    name,
    commits,
    drafts: {
      before: isKnown ? await unless(() => draftOf(source.commit, source.directory)) : undefined,
      after: await draftOf(clone.commit, config.definition.directory),
    },
    configured: Object.keys(config.variables),
    grants: newGrants(manifest.grants, prepared.desired.grants),
    home: system.user.home,
  });
}

/** What is only compared with may be unreadable by now: then there is less to say. */
async function unless<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
