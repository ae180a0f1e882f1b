/** What a definition asks of backups, checked against config.yml and against what systemd knows of calendars. */
import type { Config } from "../config/config.ts";
import { addFault, type Place } from "../config/place.ts";
import { Problems } from "../config/problems.ts";
import type { YamlDocument } from "../config/yaml.ts";
import type { BackupPolicy } from "../definition/backup_policy.ts";
import { parseElapses, systemdCalendar } from "../host/systemd.ts";
import type { ReadSystem } from "../host/system.ts";

/** How long after its time a backup may be made without anybody being told: the timer waits up to half an hour, and a backup takes time. */
const GRACE_MS = 7_200_000;

/**
 * Returns `policy` with how old the newest good backup may become. Throws {@linkcode InvalidError} if config.yml does not say where backups
 * go, or if systemd cannot read `oncalendar`, or reads it as never or once.
 */
export async function settlePolicy(
  system: ReadSystem,
  policy: BackupPolicy | null,
  { config, appinfo }: { readonly config: Config; readonly appinfo: YamlDocument },
): Promise<BackupPolicy | null> {
  if (policy === null) return null;
  const problems = new Problems();
  if (config.backup === undefined) {
    problems.add(
      config.document.file,
      undefined,
      `Missing key "backup": the definition loads ${policy.plugin}, so say where backups go (repository, passwordfile)`,
    );
  }
  const { oncalendar } = policy;
  const place = { document: appinfo, path: ["plugins", policy.plugin, "oncalendar"] };
  const gapMs = oncalendar === null ? undefined : await largestGap(system, oncalendar, place, problems);
  problems.throwIfAny();
  return gapMs === undefined ? policy : { ...policy, maxAgeMs: gapMs + GRACE_MS };
}

/** The longest time between two of the next moments at which a calendar expression elapses. */
async function largestGap(
  system: ReadSystem,
  expression: string,
  place: Place,
  problems: Problems,
): Promise<number | undefined> {
  const { code, stdout } = await system.run(systemdCalendar(expression));
  if (code !== 0) {
    return addFault(problems, place, "must be a calendar expression as systemd.time(7) describes them");
  }
  const times = parseElapses(stdout);
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? time));
  if (gaps.length === 0) return addFault(problems, place, "must elapse again and again: this one does not");
  return Math.max(...gaps);
}
