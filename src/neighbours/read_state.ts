/** Reads one state file: what it says is checked part by part, and what passes is in the one form that ppm itself would publish. */
import { decodeUtf8 } from "../config/utf8.ts";
import { list, shape, withDefault } from "../host/check_json.ts";
import type { Application } from "./neighbour.ts";
import {
  appName,
  commit,
  description,
  hostName,
  instance,
  openPorts,
  repository,
  siteList,
  stateData,
  time,
  unitName,
  userName,
  versionText,
  whole,
} from "./state_checks.ts";
import { parseStateText, StateFault } from "./state_text.ts";

export { StateFault };

const STATE = shape({
  version: whole(1, 1),
  instance,
  user: userName,
  host: hostName,
  app: shape({ name: appName, description, version: versionText }),
  definition: shape({ repository, commit }),
  units: list(unitName),
  plugins: shape({
    website: withDefault(shape({ sites: siteList }), { sites: [] }),
    firewall: withDefault(shape({ open: openPorts }), { open: [] }),
  }),
  state: stateData,
  times: withDefault(
    shape({ backup: time, drill: time, upgrade: time, fenced: time }),
    { backup: undefined, drill: undefined, upgrade: undefined, fenced: undefined },
  ),
});

/**
 * Returns what the state file of `user` says, without keys that this ppm does not know: a newer one may write more. Throws
 * {@linkcode StateFault}, and nothing else, where any part is wrong: the first one, in one line that repeats nothing of the file.
 */
export function readState(content: Uint8Array, user: string): Application {
  const text = decodeUtf8(content);
  if (text === undefined) throw new StateFault("is not UTF-8");
  const { version: _, plugins, units, times, ...rest } = check(parseStateText(text));
  if (rest.user !== user) throw new StateFault("says that it is somebody else's");
  return {
    ...rest,
    units: units.toSorted(),
    sites: plugins.website.sites,
    ports: plugins.firewall.open,
    times: {
      ...(times.backup === undefined ? {} : { backup: times.backup }),
      ...(times.drill === undefined ? {} : { drill: times.drill }),
      ...(times.upgrade === undefined ? {} : { upgrade: times.upgrade }),
      ...(times.fenced === undefined ? {} : { fenced: times.fenced }),
    },
  };
}

/** What a check finds wrong is a TypeError whose words are ppm's own, the keys included. */
function check(value: unknown): ReturnType<typeof STATE> {
  try {
    return STATE(value, "");
  } catch (error) {
    if (error instanceof TypeError) throw new StateFault(`is wrong: ${error.message}`);
    throw error;
  }
}
