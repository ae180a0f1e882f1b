/** What `setup` would do, without doing it: for `ppm setup --dry-run` and `ppm diff`. */
import { prepare, type Prepared } from "../apply/prepare.ts";
import { inputsDigest, isUnchanged, readPrivate } from "../apply/inputs.ts";
import { readConfig } from "../config/config.ts";
import { type Clone, previewClone } from "../definition/clone.ts";
import type { ReadSystem } from "../host/system.ts";
import { requireManager } from "../host/systemd.ts";
import { CONFIG_FILE } from "../layout.ts";
import type { Action } from "../plan/actions.ts";
import { readManifest } from "../plan/read_manifest.ts";
import type { Context } from "./command.ts";

/** Returns the prepared plan, or undefined if everything stands as it should. */
export async function preview(context: Context<ReadSystem>): Promise<Prepared | undefined> {
  const { system, output } = context;
  requireManager(system);
  const configPath = findConfig(context);
  const { config, bytes } = readConfig(system, configPath);
  const scratch = system.makeScratch();
  try {
    const clone = await previewClone(system, config.definition, scratch);
    clone.warnings.forEach((warning) => output.warn(warning));
    const manifest = readManifest(system);
    const inputs = { config: bytes, configPath, commit: clone.commit, private: readPrivate(system) };
    if (manifest && await isUnchanged(system, manifest, await inputsDigest(system, inputs))) return undefined;
    const before = adoption(clone);
    const registry = await context.plugins();
    const request = {
      config,
      configBytes: bytes,
      configPath,
      clone,
      before,
      manifest,
      registry,
      preview: true,
    };
    const prepared = await prepare(system, request);
    output.redact(prepared.secrets);
    return prepared.plan.actions.length > 0 ? prepared : undefined;
  } finally {
    system.removeScratch(scratch);
  }
}

/** Returns the absolute path of config.yml: what `--config` says, or the one in the home directory. */
export function findConfig({ configFile, system }: Context<ReadSystem>): string {
  if (configFile === undefined) return `${system.user.home}/${CONFIG_FILE}`;
  return configFile.startsWith("/") ? configFile : `${Deno.cwd()}/${configFile}`;
}

/** Returns the action that puts a new clone into its place; none for one that stands. */
export function adoption(clone: Clone): readonly Action[] {
  const { repository, commit, isNew } = clone;
  return isNew ? [{ kind: "adopt-clone", repository, commit, why: "there is no clone yet" }] : [];
}
