/** What a definition asks of backups and of upgrades, checked against config.yml and against what systemd knows of calendars. */
import type { Config } from "../config/config.ts";
import { Problems } from "../config/problems.ts";
import type { YamlDocument } from "../config/yaml.ts";
import type { BackupPolicy } from "../definition/backup_policy.ts";
import type { UpgradePolicy } from "../definition/upgrade_policy.ts";
import type { WatchPolicy } from "../definition/watch_policy.ts";
import type { ManifestUnit } from "../plan/manifest.ts";
import type { ReadSystem } from "../host/system.ts";
import { largestGap } from "./calendar.ts";

/** How long after its time a backup may be made without anybody being told: the timer waits up to half an hour, and a backup takes time. */
const GRACE_MS = 7_200_000;

/** How an application is backed up and upgrades itself; null: it is not, or does not. */
export interface Policies {
  readonly backup: BackupPolicy | null;
  readonly upgrade: UpgradePolicy | null;
  readonly watch: WatchPolicy | null;
}

/** What policies are checked against. */
export interface PolicyPlace {
  readonly config: Config;
  readonly appinfo: YamlDocument;
  /** The units of the application. */
  readonly units: readonly Pick<ManifestUnit, "name">[];
  /** Whether anything of the definition depends on the neighbours. */
  readonly usesNeighbours: boolean;
}

/**
 * Returns the policies, with how old the newest good backup may become. Throws {@linkcode InvalidError} with every problem: config.yml does
 * not say where backups go, nothing is made of the neighbours that are watched, or systemd cannot read an `oncalendar`, or reads it as never or once.
 */
export async function settlePolicies(
  system: ReadSystem,
  { backup, upgrade, watch }: Policies,
  place: PolicyPlace,
): Promise<Policies> {
  const { config, appinfo } = place;
  const problems = new Problems();
  if (backup !== null && config.backup === undefined) {
    problems.add(
      config.document.file,
      undefined,
      `Missing key "backup": the definition loads ${backup.plugin}, so say where backups go (repository, passwordfile)`,
    );
  }
  if (watch !== null) checkWatch(watch, place, problems);
  const gapOf = (plugin: string, oncalendar: string | null | undefined) => {
    const place = { document: appinfo, path: ["plugins", plugin, "oncalendar"] };
    return oncalendar == null ? undefined : largestGap(system, oncalendar, place, problems);
  };
  const [gapMs] = await Promise.all([
    backup === null ? undefined : gapOf(backup.plugin, backup.oncalendar),
    gapOf("upgrade_scheduled", upgrade?.oncalendar),
  ]);
  problems.throwIfAny();
  const maxAgeMs = gapMs === undefined ? backup?.maxAgeMs ?? null : gapMs + GRACE_MS;
  return { backup: backup && { ...backup, maxAgeMs }, upgrade, watch };
}

/** What nothing would come of is a mistake. */
function checkWatch(
  { reload }: WatchPolicy,
  { appinfo, units, usesNeighbours }: PolicyPlace,
  problems: Problems,
): void {
  const path = ["plugins", "neighbours_watch"];
  if (!usesNeighbours) {
    problems.add(
      appinfo.file,
      appinfo.keyPosition(path),
      "neighbours_watch has nothing to watch for: neither appinfo.yml nor a template says it.neighbours",
    );
  }
  for (const [at, unit] of (reload ?? []).entries()) {
    if (units.some(({ name }) => name === unit)) continue;
    problems.add(
      appinfo.file,
      appinfo.position([...path, "reload", at]) ?? appinfo.keyPosition(path),
      `"plugins.neighbours_watch.reload" names ${unit}, but no file under templates/ makes that unit`,
    );
  }
}
