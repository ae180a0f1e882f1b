/** Which units have to be stopped or disabled before their files change. Pure. */
import type { Action } from "./actions.ts";
import type { Observed } from "./observe.ts";
import type { PlanInput } from "./plan.ts";
import { parseUnitFile } from "./unit_file.ts";
import { isOwnUnit, targetOf, templateOf, UNIT_DIRECTORY, unitSource } from "./units.ts";

/**
 * Returns the actions that stop and disable units while systemd still knows them as they are. `orphans` are the files that go: systemd goes
 * on running a unit whose file is gone, and no longer knows how to stop it.
 */
export function retireUnits(input: PlanInput, orphans: readonly string[]): readonly Action[] {
  const { desired, observed, manifest } = input;
  const kept = new Set(desired.units.map((unit) => unit.name));
  const losing = orphanUnits(orphans, (path) => decode(observed.files.get(path)?.content));
  const gone = losing.filter((unit) => !kept.has(unit));
  const dropped = enabledBefore(input)
    .filter((unit) => !gone.includes(unit) && !desired.definition.app.enableunits.includes(unit));
  const instances = [...observed.units.keys()].filter((unit) =>
    gone.includes(templateOf(unit)) && !kept.has(unit)
  );
  const moved = losing.filter((unit) => kept.has(unit));
  const target = manifest && targetOf(manifest.app);
  const isRenamed = target !== undefined && gone.includes(target);
  const why = input.number === undefined
    ? "the definition no longer has or wants it"
    : `generation ${input.number} does not have or want it`;
  // What ppm runs beside the application has no part in its target, and a service of that kind may be what runs this very setup.
  const stays = (unit: string) => isOwnUnit(unit) && (unit.endsWith(".service") || !gone.includes(unit));
  const stoppable = (units: Iterable<string>) => [...units].filter((unit) => !stays(unit));
  return [
    // All units are part of the target, and stop with it: they are named, and waited for.
    ...isRenamed
      ? stop(input, stoppable([target, ...observed.units.keys()]), `${target} becomes ${desired.target}`)
      : [
        ...stop(input, stoppable([...gone, ...dropped, ...instances]), why),
        ...stop(input, moved, "it comes from another file now, which would not know how to stop it"),
      ],
    ...disable([...gone, ...dropped].filter((unit) => hasLinks(observed, unit)), why),
    ...disable(unitsToRelink(input), "its section [Install] changes"),
  ];
}

/** Why a file goes. */
export function whyGone({ number }: PlanInput): string {
  return number === undefined ? "the definition no longer has it" : `generation ${number} does not have it`;
}

/** Units that ppm has enabled; after a run that was interrupted, any that is enabled may be of its making. */
function enabledBefore({ desired, observed, manifest }: PlanInput): readonly string[] {
  const known = (manifest?.units ?? []).filter((unit) => unit.enabled);
  const found = manifest === undefined || manifest.pending === null
    ? []
    : desired.units.filter((unit) => hasLinks(observed, unit.name));
  return [...new Set([...known, ...found].map((unit) => unit.name))];
}

/** Returns the units that the files at `paths` make. */
export function orphanUnits(paths: readonly string[], text: (path: string) => string): readonly string[] {
  const units = paths.flatMap((path) => {
    const source = unitSource(path, () => text(path));
    return source === undefined || source.role === "dropin" ? [] : [source.unit];
  });
  return [...new Set(units)];
}

/** Whether a unit runs, or is about to, or has not ended yet. */
export function isRunning(observed: Observed, unit: string): boolean {
  return ["active", "activating", "reloading", "deactivating"].includes(
    observed.units.get(unit)?.ActiveState ?? "",
  );
}

/** Returns the units of all actions of one kind. */
export function unitsOf(
  kind: "stop-units" | "disable-units" | "enable-units",
  actions: readonly Action[],
): readonly string[] {
  return actions.flatMap((action) => action.kind === kind ? action.units : []);
}

function stop({ observed }: PlanInput, units: readonly string[], why: string): readonly Action[] {
  const running = [...new Set(units)].filter((unit) => isRunning(observed, unit));
  return running.length === 0 ? [] : [{ kind: "stop-units", units: running, why }];
}

function disable(units: readonly string[], why: string): readonly Action[] {
  return units.length === 0 ? [] : [{ kind: "disable-units", units, why }];
}

/**
 * Units that are enabled by what an older file of theirs says: systemd takes any link for enabled, also one that belongs to another
 * target. What Quadlet generates has no links of its own.
 */
function unitsToRelink({ desired, files, observed }: PlanInput): readonly string[] {
  return desired.units.filter(({ name, from, enabled }) => {
    if (!enabled || !hasLinks(observed, name)) return false;
    const path = `${UNIT_DIRECTORY}/${templateOf(name)}`;
    const content = files.find((file) => file.path === path)?.content;
    const standing = observed.files.get(path)?.content;
    return from === "quadlet" ||
      (content !== undefined && standing !== undefined && installOf(content) !== installOf(standing));
  }).map(({ name }) => name);
}

function hasLinks(observed: Observed, unit: string): boolean {
  return observed.units.get(unit)?.UnitFileState === "enabled";
}

/** What a unit file's section [Install] says, comparable. */
function installOf(content: Uint8Array): string {
  const settings = parseUnitFile(decode(content));
  return JSON.stringify(settings.filter(({ section }) => section === "Install").map((s) => [s.key, s.value]));
}

function decode(content: Uint8Array | undefined): string {
  return new TextDecoder().decode(content ?? new Uint8Array());
}
