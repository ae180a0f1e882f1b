/** The state file: what this application tells the others on the same server. Made here, written by whoever applies the plan. */
import { dump } from "js-yaml";
import type { Position } from "../config/problems.ts";
import { InvalidError, type Problem, UserError } from "../errors.ts";
import { MAX_STATE_BYTES } from "../definition/state_limits.ts";
import type { SecretValue } from "../definition/definition.ts";
import type { ReadSystem } from "../host/system.ts";
import { readState, StateFault } from "./read_state.ts";
import { directoryFault, STATE_FILE } from "./state_directory.ts";
import { formatTimes, MAX_TIMES_BYTES, type PublishedTimes } from "./published_times.ts";

/** How a state file begins. */
export const STATE_HEADER = "# Written by ppm for the other applications on this server; do not edit.\n";

/** What the state file says, before it is YAML. */
export interface PublishedState {
  readonly version: 1;
  readonly instance: string;
  readonly user: string;
  readonly host: string;
  readonly app: { readonly name: string; readonly description: string; readonly version: string };
  readonly definition: { readonly repository: string; readonly commit: string };
  readonly units: readonly string[];
  /** What each plugin publishes, by its name. */
  readonly plugins: Readonly<Record<string, unknown>>;
  /** What the definition says under `state:`. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly times: PublishedTimes;
}

/** Returns the content of the state file; `position` is that of `state:` in appinfo.yml. Throws {@linkcode InvalidError} where it would be too large or give a secret away. */
export function formatState(
  state: PublishedState,
  secrets: readonly SecretValue[],
  position: Position,
): string {
  const { times, ...settled } = state;
  const text = `${STATE_HEADER}${dump(settled, { lineWidth: -1, noRefs: true })}`;
  const leaked = secrets.filter(({ value }) =>
    JSON.stringify(state).includes(JSON.stringify(value).slice(1, -1))
  );
  const problems: Problem[] = leaked.map(({ name }) => ({
    file: "appinfo.yml",
    ...position,
    message: `state would publish the secret ${name}: every user of this server can read it`,
  }));
  if (new TextEncoder().encode(text).length + MAX_TIMES_BYTES > MAX_STATE_BYTES) {
    const message =
      `state makes a state file of more than ${MAX_STATE_BYTES} bytes, and nobody reads such a one`;
    problems.push({ file: "appinfo.yml", ...position, message });
  } else problems.push(...unreadable(text, state.user, position));
  if (problems.length > 0) throw new InvalidError(problems);
  return `${text}${formatTimes(times)}`;
}

/** Nobody would be told of a file that nobody takes: what readers refuse is refused here already. */
function unreadable(text: string, user: string, position: Position): readonly Problem[] {
  try {
    readState(new TextEncoder().encode(text), user);
    return [];
  } catch (error) {
    if (!(error instanceof StateFault)) throw error;
    const message = `the state file cannot be published, because it ${error.message}`;
    return [{ file: "appinfo.yml", ...position, message }];
  }
}

/** Returns where this user's state file stands. */
export function stateFilePath(system: ReadSystem, statedirectory: string): string {
  return `${statedirectory}/${system.user.name}/${STATE_FILE}`;
}

/**
 * Throws unless root has prepared the state directory: `<statedirectory>` is root's and writable by root alone, and in it
 * `<user>/` belongs to this user and is writable by this user alone. Otherwise others could speak in its name.
 */
export function requireStateDirectory(system: ReadSystem, statedirectory: string): void {
  const { name, uid } = system.user;
  const own = `${statedirectory}/${name}`;
  const prepare =
    `As root: install -d -m 755 ${statedirectory} && install -d -m 755 -o ${name} -g ${name} ${own}`;
  for (const [path, owner, who] of [[statedirectory, 0, "root"], [own, uid, name]] as const) {
    const stat = system.lstat(path);
    if (stat === undefined) {
      throw new UserError(`Cannot publish the state file: ${path} does not exist`, { hint: prepare });
    }
    const fault = directoryFault(stat, { owner, who });
    if (fault !== undefined) {
      throw new UserError(`Cannot publish the state file: ${path} ${fault}`, { hint: prepare });
    }
  }
}
