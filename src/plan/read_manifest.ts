/** Reads `.ppm/manifest.json`. */
import { type ExitName, UserError } from "../errors.ts";
import { MANIFEST_FILE } from "../layout.ts";
import type { ReadSystem } from "../host/system.ts";
import {
  boolean,
  type Check,
  either,
  list,
  nullable,
  number,
  oneOf,
  record,
  shape,
  text,
  withDefault,
} from "../host/check_json.ts";
import type { BackupPolicy, Keep } from "../definition/backup_policy.ts";
import type { Healthcheck, Probe } from "../definition/healthcheck.ts";
import type { UpgradePolicy } from "../definition/upgrade_policy.ts";
import type { WatchPolicy } from "../definition/watch_policy.ts";
import type { Manifest, ManifestFile, ManifestUnit, OwnUnit, PublishedFile } from "./manifest.ts";

const FILE_FIELDS = {
  sha256: text,
  mode: number,
  size: number,
  modifiedMs: number,
  inode: number,
  origin: text,
  changedMs: number,
};

const UNIT: Check<ManifestUnit> = shape({
  name: text,
  from: oneOf("file", "quadlet"),
  enabled: boolean,
  files: list(text),
  containers: boolean,
});

const POLICY: Check<BackupPolicy> = shape({
  plugin: oneOf("backups_scheduled", "backups_programinitiated"),
  oncalendar: nullable(text),
  stop: boolean,
  hot: boolean,
  keep: either(
    oneOf("all"),
    shape<Keep>({ hourly: number, daily: number, weekly: number, monthly: number, yearly: number }),
  ),
  exclude: list(text),
  checkDays: number,
  maxAgeMs: nullable(number),
  request: nullable(text),
});

const PROBE: Check<Probe> = either(
  shape<Extract<Probe, { kind: "http" }>>({
    kind: oneOf("http"),
    host: text,
    port: number,
    path: text,
    status: number,
    text: nullable(text),
  }),
  either(
    shape<Extract<Probe, { kind: "tcp" }>>({ kind: oneOf("tcp"), host: text, port: number }),
    shape<Extract<Probe, { kind: "unit" }>>({ kind: oneOf("unit"), unit: text }),
  ),
);

const HEALTHCHECK: Check<Healthcheck> = shape({
  probe: PROBE,
  intervalMs: number,
  timeoutMs: number,
  startPeriodMs: number,
  retries: number,
});

/** What `.ppm/manifest.json` holds. */
export const MANIFEST: Check<Manifest> = shape({
  version: oneOf(1),
  generation: number,
  newest: number,
  time: text,
  instance: text,
  app: shape({ name: text, description: text, version: text, mainunit: text }),
  source: shape({ repository: text, directory: text, commit: text }),
  config: shape({ file: text, sha256: text, holdsSecret: boolean }),
  inputs: text,
  neighbours: withDefault(nullable(text), null),
  units: list(UNIT),
  backup: withDefault(nullable(POLICY), null),
  upgrade: nullable(shape<UpgradePolicy>({ oncalendar: text, widen: boolean })),
  watch: withDefault(nullable(shape<WatchPolicy>({ reload: nullable(list(text)) })), null),
  healthcheck: nullable(HEALTHCHECK),
  grants: list(text),
  ownUnits: withDefault(list(shape<OwnUnit>({ name: text, start: boolean })), []),
  files: record<ManifestFile>(shape(FILE_FIELDS)),
  directories: list(text),
  stateFile: nullable(shape<PublishedFile>({ ...FILE_FIELDS, path: text, told: withDefault(text, "") })),
  pending: nullable(record(list(text))),
});

/** Returns the manifest, or undefined where there has been no setup yet. Throws where it cannot be read or is no manifest. */
export function readManifest(system: ReadSystem): Manifest | undefined {
  const content = system.readFile(`${system.user.home}/${MANIFEST_FILE}`);
  if (content === undefined) return undefined;
  try {
    return MANIFEST(JSON.parse(new TextDecoder().decode(content)), "");
  } catch (error) {
    throw new UserError(
      `Cannot understand ${MANIFEST_FILE}: ${error instanceof Error ? error.message : error}`,
      {
        hint:
          "It is written by ppm alone. If a newer ppm wrote it, use that one; else move it away, then run: ppm setup",
        cause: error,
      },
    );
  }
}

/** Returns the manifest of an application that was set up; throws, to exit with `exit`, where there is none. */
export function requireManifest(system: ReadSystem, exit: ExitName = "failed"): Manifest {
  const manifest = readManifest(system);
  if (manifest !== undefined) return manifest;
  throw new UserError(`Cannot find an application of ${system.user.name}: nothing was set up yet`, {
    exit,
    hint: "Set it up first: ppm setup",
  });
}
