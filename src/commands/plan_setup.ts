/** What `setup` and its previews share: from config.yml to a plan, or the finding that nothing has to be done. */
import { inputsDigest, isUnchanged, readPrivate } from "../apply/inputs.ts";
import { prepare, type Prepared } from "../apply/prepare.ts";
import { readConfig, requirePrivate } from "../config/config.ts";
import type { Clone } from "../definition/clone.ts";
import { ownExecutable } from "../host/executable.ts";
import type { ReadSystem } from "../host/system.ts";
import { CONFIG_FILE } from "../layout.ts";
import { lookAround, surroundingsOf } from "../neighbours/surroundings.ts";
import type { Manifest } from "../plan/manifest.ts";
import { readManifest } from "../plan/read_manifest.ts";
import type { Context } from "./command.ts";

/** A config.yml that was read and checked. */
export type CheckedConfig = ReturnType<typeof readConfig> & { readonly configPath: string };

/** A plan, and what stood before it. */
export interface PlannedSetup {
  /** undefined: everything stands as it should. */
  readonly prepared: Prepared | undefined;
  readonly manifest: Manifest | undefined;
}

/** Reads and checks the config.yml that `--config` names, or the one in the home directory. */
export function checkedConfig(context: Context<ReadSystem>): CheckedConfig {
  const { system } = context;
  const configPath = configPathOf(context) ?? `${system.user.home}/${CONFIG_FILE}`;
  return { configPath, ...readConfig(system, configPath) };
}

/** Returns the absolute path that `--config` names; undefined where it was not given. */
export function configPathOf({ configFile }: Pick<Context<ReadSystem>, "configFile">): string | undefined {
  if (configFile === undefined) return undefined;
  return plainPath(configFile.startsWith("/") ? configFile : `${Deno.cwd()}/${configFile}`);
}

/** One file, one path: `/home/app/./config.yml` is `/home/app/config.yml`, also for what may not be overwritten. `..` may follow a link and stays. */
function plainPath(path: string): string {
  return path.replace(/\/(?:\.?\/)+/g, "/");
}

/** How a setup is planned. */
export interface PlanSetupOptions {
  /** Whether nothing of it will be applied. */
  readonly preview: boolean;
  /** Whether all that is worth a warning was told before. @default {false} */
  readonly again?: boolean;
}

/** Plans a setup with the definition in `clone`. Changes nothing. */
export async function planSetup(
  context: Context<ReadSystem>,
  { configPath, config, bytes }: CheckedConfig,
  clone: Clone,
  { preview, again = false }: PlanSetupOptions,
): Promise<PlannedSetup> {
  const { system, output } = context;
  const warn = (warnings: readonly string[]) => warnings.forEach((warning) => again || output.warn(warning));
  warn(clone.warnings);
  const manifest = readManifest(system);
  if (manifest?.config.holdsSecret) requirePrivate(system, configPath, "a secret");
  const look = lookAround(system, config.statedirectory);
  if (manifest && !clone.isNew) {
    const around = usedNeighbours(manifest, clone)
      ? await surroundingsOf(await look(), { user: system.user.name, statedirectory: config.statedirectory })
      : undefined;
    const inputs = {
      config: bytes,
      configPath,
      commit: clone.commit,
      executable: ownExecutable(system),
      private: readPrivate(system),
      neighbours: around?.sha256 ?? null,
    };
    if (await isUnchanged(system, manifest, await inputsDigest(system, inputs))) {
      warn(around?.warnings ?? []);
      return { prepared: undefined, manifest };
    }
  }
  const registry = await context.plugins();
  const request = { config, configBytes: bytes, configPath, clone, manifest, registry, preview };
  const prepared = await prepare(system, { ...request, lookAround: look });
  output.redact(prepared.secrets);
  warn(prepared.warnings);
  return { prepared: prepared.plan.actions.length > 0 ? prepared : undefined, manifest };
}

/** Whether this very commit uses its neighbours; of another one nothing is known yet, and there is something to do anyway. */
function usedNeighbours({ neighbours, source }: Manifest, { commit }: Clone): boolean {
  return neighbours !== null && source.commit === commit;
}
