/** From a checked config.yml and a clone to a checked plan: the way every change goes, and every preview of one. */
import { type Config, requirePrivate } from "../config/config.ts";
import { draftAppInfo } from "../definition/appinfo.ts";
import type { SecretValue } from "../definition/definition.ts";
import { startRenderer } from "../definition/renderer.ts";
import { annotatedTag } from "../definition/clone_revision.ts";
import { requireSignature } from "../definition/signature.ts";
import { readSource } from "../definition/source.ts";
import type { Clone } from "../definition/clone.ts";
import { ownExecutable } from "../host/executable.ts";
import type { ReadSystem } from "../host/system.ts";
import { requireStateDirectory } from "../neighbours/state_file.ts";
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

/** What a plan is made from. */
export interface Request {
  readonly config: Config;
  /** The bytes of config.yml and its absolute path. */
  readonly configBytes: Uint8Array;
  readonly configPath: string;
  readonly clone: Clone;
  readonly manifest: Manifest | undefined;
  readonly registry: readonly Plugin[];
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
  const { config, clone, manifest } = request;
  const { allowedsigners, revision } = config.definition;
  if (allowedsigners !== undefined) {
    const { directory, commit, isNew } = clone;
    const tag = await annotatedTag(system, directory, { revision, commit });
    await requireSignature(system, { directory, commit, tag, standing: !isNew }, allowedsigners);
  }
  const source = await readSource(system, clone, config.definition.directory);
  const draft = draftAppInfo(source.appinfo, "appinfo.yml");
  if (draft.secretVariable !== undefined) {
    requirePrivate(system, request.configPath, `the secret variable "${draft.secretVariable}"`);
  }
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
    neighbours: undefined,
  });
  requireStateDirectory(system, config.statedirectory);
  const files = await Promise.all(
    desired.files.map(async (file) => ({ ...file, sha256: await sha256(file.content) })),
  );
  const observed = await observeAll(system, desired, files, manifest);
  const inputs = await inputsDigest(system, {
    config: request.configBytes,
    configPath: request.configPath,
    commit: clone.commit,
    executable: ownExecutable(system),
    private: own.contents,
    neighbours: null,
  });
  const before = [...adoption(clone), ...own.actions];
  const plan = makePlan({
    desired,
    files,
    observed,
    manifest,
    inputs,
    lastGeneration: lastGeneration(system),
    recorded: manifest === undefined || isRecorded(system, manifest),
    before,
  });
  if (plan.actions.some((action) => action.kind === "reload-manager")) {
    await verifyUnits(system, files, desired.units);
  }
  return {
    desired,
    files,
    plan,
    inputs,
    neighbours: null,
    secrets: desired.definition.secrets,
    warnings: [],
    config: {
      file: request.configPath,
      sha256: configSha256,
      holdsSecret: draft.secretVariable !== undefined,
    },
  };
}

/** The action that puts a new clone into its place. */
function adoption({ repository, commit, isNew }: Clone): readonly Action[] {
  return isNew ? [{ kind: "adopt-clone", repository, commit, why: "there is no clone yet" }] : [];
}
