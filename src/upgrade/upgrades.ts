/** `.ppm/upgrades.json`: which commit was accepted last, and which ones are left alone because they were tried. */
import { UserError } from "../errors.ts";
import { type Check, list, nullable, number, oneOf, shape, text } from "../host/check_json.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { UPGRADES_FILE } from "../layout.ts";

/** The commit that everything newer must descend from. */
export interface Accepted {
  /** Full id. */
  readonly commit: string;
  /** What config.yml named as revision then; null: the remote's default branch. Naming another one is the administrator's own leap. */
  readonly revision: string | null;
}

/** A commit that the timer leaves alone. */
export interface Quarantined {
  /** Full id. */
  readonly commit: string;
  /** Since when, RFC 3339. */
  readonly time: string;
  /** Why, one line. */
  readonly why: string;
}

export interface Upgrades {
  readonly version: 1;
  /** null: nothing but what the first setup found. */
  readonly accepted: Accepted | null;
  readonly quarantine: readonly Quarantined[];
  /** When the last upgrade went well, milliseconds since the epoch; null: none has yet. */
  readonly upgraded: number | null;
}

const UPGRADES: Check<Upgrades> = shape({
  version: oneOf(1),
  accepted: nullable(shape<Accepted>({ commit: text, revision: nullable(text) })),
  quarantine: list(shape<Quarantined>({ commit: text, time: text, why: text })),
  upgraded: nullable(number),
});

const NONE: Upgrades = { version: 1, accepted: null, quarantine: [], upgraded: null };

/** As many commits are remembered: whoever moves on leaves the others behind. */
const MOST_QUARANTINED = 20;

/** Returns what is known; nothing, where nothing was written yet. Throws {@linkcode UserError} where it cannot be understood. */
export function readUpgrades(system: ReadSystem): Upgrades {
  const path = `${system.user.home}/${UPGRADES_FILE}`;
  const content = system.readFile(path);
  if (content === undefined) return NONE;
  try {
    return UPGRADES(JSON.parse(new TextDecoder().decode(content)), "");
  } catch (error) {
    throw new UserError(
      `Cannot understand ${UPGRADES_FILE}: ${error instanceof Error ? error.message : error}`,
      {
        hint: `It says which commits are left alone; without it, none is: rm ${path}`,
        cause: error,
      },
    );
  }
}

/** Returns the entry of a commit that is left alone. */
export function quarantined(upgrades: Upgrades, commit: string): Quarantined | undefined {
  return upgrades.quarantine.find((entry) => entry.commit === commit);
}

/** Remembers the commit that everything newer must descend from, and what it was asked for as. Whether the timer leaves it alone is another matter: it may only have been looked at. */
export function accept(
  system: System,
  accepted: Accepted,
  changes: Partial<Pick<Upgrades, "upgraded">>,
): void {
  write(system, { ...readUpgrades(system), ...changes, accepted });
}

/** Remembers that the timer is to leave these commits alone. */
export function quarantine(system: System, entries: readonly Quarantined[]): void {
  const known = readUpgrades(system);
  const kept = known.quarantine.filter(({ commit }) => !entries.some((entry) => entry.commit === commit));
  write(system, { ...known, quarantine: [...kept, ...entries].slice(-MOST_QUARANTINED) });
}

/** Forgets that `commit` was to be left alone: it stands. */
export function welcome(system: System, commit: string): void {
  const known = readUpgrades(system);
  const kept = known.quarantine.filter((entry) => entry.commit !== commit);
  if (kept.length < known.quarantine.length) write(system, { ...known, quarantine: kept });
}

/**
 * Remembers what a setup has put in place: the first commit of a clone is what upgrades carry on from, also where a kill came before this was written;
 * and what somebody has set up is not left alone.
 */
export function acceptSetup(
  system: System,
  { commit, isNew }: { readonly commit: string; readonly isNew: boolean },
  revision: string | undefined,
): void {
  if (isNew || readUpgrades(system).accepted === null) {
    accept(system, { commit, revision: revision ?? null }, {});
  }
  welcome(system, commit);
}

function write(system: System, upgrades: Upgrades): void {
  system.writeFile(
    `${system.user.home}/${UPGRADES_FILE}`,
    `${JSON.stringify(upgrades, null, 2)}\n`,
    0o600,
  );
}
