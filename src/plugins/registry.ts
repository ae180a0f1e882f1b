/** All plugins that this ppm knows, as a literal list. `cli.ts` hands it in; no other room imports it. */
import { backupsNone } from "./backups_none.ts";
import { backupsProgramInitiated } from "./backups_programinitiated.ts";
import { backupsScheduled } from "./backups_scheduled.ts";
import { firewall } from "./firewall.ts";
import { neighboursWatch } from "./neighbours_watch.ts";
import type { Plugin } from "./plugin.ts";
import { upgradeScheduled } from "./upgrade_scheduled.ts";
import { website } from "./website.ts";

/** Every plugin that appinfo.yml can name. */
export const PLUGINS: readonly Plugin[] = [
  backupsNone,
  backupsProgramInitiated,
  backupsScheduled,
  firewall,
  neighboursWatch,
  upgradeScheduled,
  website,
];
