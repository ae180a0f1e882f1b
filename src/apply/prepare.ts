/** From a checked config.yml and a clone to a checked plan: the way every change goes, and every preview of one. */
import { type Config, requirePrivate } from "../config/config.ts";
import { type AppInfoDraft, draftAppInfo } from "../definition/appinfo.ts";
import type { SecretValue, Source } from "../definition/definition.ts";
import { startRenderer } from "../definition/renderer.ts";
import { annotatedTag } from "../definition/clone_revision.ts";
import { requireSignature } from "../definition/signature.ts";
import { readSource } from "../definition/source.ts";
import { usesNeighbours } from "../definition/uses_neighbours.ts";
import type { Clone } from "../definition/clone.ts";
import { ownExecutable } from "../host/executable.ts";
import type { ReadSystem } from "../host/system.ts";
import { requireStateDirectory } from "../neighbours/state_file.ts";
import { type LookAround, surroundingsOf } from "../neighbours/surroundings.ts";
import type { Action } from "../plan/actions.ts";
import { sha256 } from "../plan/digest.ts";
import type { Manifest } from "../plan/manifest.ts";
import { makePlan } from "../plan/plan.ts";
import { verifyUnits } from "../plan/verify.ts";
import type { Plugin } from "../plugins/plugin.ts";
import { desire } from "./desire.ts";
import { isRecorded, lastGeneration } from "./generations.ts";
import { inputsDigest } from "./inputs.ts";
import type { ManifestInput } from "./make_manifest.ts";
import { observeAll } from "./observe_all.ts";
import { privateFiles } from "./private_files.ts";
import { requirePublishable } from "./publishable.ts";

/** What a plan is made from. */
export interface Request {
  readonly config: Config;
  /** The bytes of config.yml and its absolute path. */
  readonly configBytes: Uint8Array;
  readonly configPath: string;
  readonly clone: Clone;
  readonly manifest: Manifest | undefined;
  readonly registry: readonly Plugin[];
  /** How the state directory is read, where that is needed. */
  readonly lookAround: LookAround;
  /** Whether nothing will be applied: secrets that do not exist yet are then placeholders. */
  readonly preview: boolean;
}

/** A plan, with everything that applying and reporting it takes. */
export interface Prepared extends Omit<ManifestInput, "previous" | "nowMs"> {
  /** What must not be shown. */
  readonly secrets: readonly SecretValue[];
  /** What people are to know of the neighbours, one line each: which were left out and why, and who wants what this application has. */
  readonly warnings: readonly string[];
}

/** Renders, observes, plans and verifies. Changes nothing. Throws {@linkcode InvalidError} with every problem of config.yml and definition. */
export async function prepare(system: ReadSystem, request: Request): Promise<Prepared> {
  const { config, configPath, clone, manifest, lookAround } = request;
  const { source, draft } = await readDefinition(system, request);
  const at = { user: system.user.name, statedirectory: config.statedirectory };
  const around = usesNeighbours(source) ? await surroundingsOf(await lookAround(), at) : undefined;
  const { neighbours, sha256: neighboursSha256 = null, warnings = [] } = around ?? {};
  const own = privateFiles(system, draft.secrets, { preview: request.preview });
  const renderer = startRenderer(system);
  const configSha256 = await sha256(request.configBytes);
  const desired = await desire(system, {
    ...request,
    source,
    draft,
    renderer,
    ...own,
    configSha256,
    neighbours,
  });
  requireStateDirectory(system, config.statedirectory);
  const { document } = draft;
  const usesThem = around !== undefined;
  const contested = await requirePublishable(desired, {
    ...at,
    document,
    lookAround,
    usesNeighbours: usesThem,
  });
  const files = await Promise.all(
    desired.files.map(async (file) => ({ ...file, sha256: await sha256(file.content) })),
  );
  const inputs = await inputsDigest(system, {
    config: request.configBytes,
    configPath,
    commit: clone.commit,
    executable: ownExecutable(system),
    private: own.contents,
    neighbours: neighboursSha256,
  });
  const plan = makePlan({
    desired,
    files,
    observed: await observeAll(system, desired, files, manifest),
    manifest,
    inputs,
    lastGeneration: lastGeneration(system),
    recorded: manifest === undefined || isRecorded(system, manifest),
    before: [...adoption(clone), ...own.actions],
  });
  if (plan.actions.some((action) => action.kind === "reload-manager")) {
    await verifyUnits(system, files, desired.units);
  }
  const holdsSecret = draft.secretVariable !== undefined;
  return {
    desired,
    files,
    plan,
    inputs,
    neighbours: neighboursSha256,
    secrets: desired.definition.secrets,
    warnings: [...warnings, ...contested],
    config: { file: configPath, sha256: configSha256, holdsSecret },
  };
}

/** Reads what the definition says before it is rendered. Throws where nobody may have signed it, or config.yml must be private and is not. */
async function readDefinition(
  system: ReadSystem,
  { config, configPath, clone }: Request,
): Promise<{ readonly source: Source; readonly draft: AppInfoDraft }> {
  const { allowedsigners, revision } = config.definition;
  if (allowedsigners !== undefined) {
    const { directory, commit, isNew } = clone;
    const tag = await annotatedTag(system, directory, { revision, commit });
    await requireSignature(system, { directory, commit, tag, standing: !isNew }, allowedsigners);
  }
  const source = await readSource(system, clone, config.definition.directory);
  const draft = draftAppInfo(source.appinfo, "appinfo.yml");
  if (draft.secretVariable !== undefined) {
    requirePrivate(system, configPath, `the secret variable "${draft.secretVariable}"`);
  }
  return { source, draft };
}

/** The action that puts a new clone into its place. */
function adoption({ repository, commit, isNew }: Clone): readonly Action[] {
  return isNew ? [{ kind: "adopt-clone", repository, commit, why: "there is no clone yet" }] : [];
}
