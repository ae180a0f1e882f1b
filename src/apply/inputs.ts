/** What a rendering is made from, and whether it has to be made again. */
import type { ReadSystem } from "../host/system.ts";
import { KEY_FILE, SECRETS_FILE } from "../layout.ts";
import { sha256 } from "../plan/digest.ts";
import { hasStamps, type Manifest, type ManifestFile } from "../plan/manifest.ts";
import { isEnabled, isWaiting, observeUnits } from "../plan/observe.ts";
import { targetOf } from "../plan/units.ts";
import { versionInfo } from "../version.ts";
import { isRecorded } from "./generations.ts";

/** Everything outside the home directory's private files that rendering depends on. */
export interface InputSource {
  /** The bytes of config.yml. */
  readonly config: Uint8Array;
  readonly configPath: string;
  readonly commit: string;
  /** Where ppm lies: units run it. */
  readonly executable: string;
  /** The contents of `.ppm/secrets.yml` and `.ppm/key`, as they stand or will stand. */
  readonly private: readonly (Uint8Array | string | undefined)[];
  /** SHA-256 over the neighbours; null: the definition uses none. */
  readonly neighbours: string | null;
}

/** Returns what stands in `.ppm/secrets.yml` and `.ppm/key`. */
export function readPrivate(system: ReadSystem): InputSource["private"] {
  return [SECRETS_FILE, KEY_FILE].map((path) => system.readFile(`${system.user.home}/${path}`));
}

/** Returns the digest over everything that rendering depends on. Equal digests mean equal results. */
export async function inputsDigest(system: ReadSystem, source: InputSource): Promise<string> {
  const digests = await Promise.all(
    [source.config, ...source.private].map((bytes) => bytes && sha256(bytes)),
  );
  const { version, commit } = versionInfo();
  const ppm = { version, commit };
  return await sha256(
    JSON.stringify([
      ppm,
      source.commit,
      source.configPath,
      source.executable,
      digests.map((each) => each ?? null),
      system.user,
      system.hostname,
      source.neighbours,
    ]),
  );
}

/** Whether everything stands as the manifest says, was made from these very inputs, and systemd knows it: then there is nothing to do. */
export async function isUnchanged(system: ReadSystem, manifest: Manifest, inputs: string): Promise<boolean> {
  if (manifest.pending !== null || manifest.inputs !== inputs || manifest.stateFile === null) return false;
  const { home } = system.user;
  const files = Object.entries(manifest.files);
  if (!files.every(([path, file]) => isAsWritten(system, `${home}/${path}`, file))) return false;
  if (!isAsWritten(system, manifest.stateFile.path, manifest.stateFile)) return false;
  if (!isRecorded(system, manifest)) return false;
  return await isLoaded(system, manifest);
}

/** Whether systemd has read every unit, has enabled what is to be enabled, and ppm's own timers wait: asked in one call. */
async function isLoaded(system: ReadSystem, { app, units, ownUnits }: Manifest): Promise<boolean> {
  const names = [targetOf(app), ...units.map((unit) => unit.name), ...ownUnits.map((unit) => unit.name)];
  const seen = await observeUnits(system, names);
  const linked = units.filter((unit) => unit.enabled && unit.from === "file");
  const enabled = [targetOf(app), ...[...linked, ...ownUnits].map((unit) => unit.name)];
  return [...seen.values()].every((unit) => unit.NeedDaemonReload !== "yes") &&
    enabled.every((unit) => isEnabled(seen.get(unit))) &&
    ownUnits.every((unit) => !unit.start || isWaiting(seen.get(unit.name)));
}

function isAsWritten(system: ReadSystem, path: string, file: ManifestFile): boolean {
  const stat = system.lstat(path);
  return stat?.kind === "file" && stat.mode === file.mode && hasStamps(stat, file);
}
