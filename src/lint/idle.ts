/** Finds units that nothing ever starts. Pure. */
import type { RenderedFile } from "../definition/definition.ts";
import type { Problem } from "../errors.ts";
import type { ManifestUnit } from "../plan/manifest.ts";
import { readUnits } from "../plan/read_units.ts";
import { isWorkUnit } from "../plan/units.ts";
import type { Outcome } from "./trial.ts";

/** Returns a note for each unit that is not enabled and that no other file speaks of: what it says there is systemd's business. */
export function idleNotes(outcome: Outcome): readonly Problem[] {
  const { app, files, units } = outcome;
  const checker = app.healthcheck?.probe.kind === "unit" ? app.healthcheck.probe.unit : undefined;
  return units.filter(({ name, enabled }) =>
    !enabled && name !== checker && isWorkUnit(name) && !name.includes("@")
  ).filter((unit) => !isStarted(unit, outcome)).map(({ name, files: paths }) => ({
    file: files.find(({ path }) => paths.includes(path))?.origin ?? "appinfo.yml",
    message: `Nothing starts ${name}: it stands neither in enableunits nor in another file`,
  }));
}

function isStarted({ name, from, files: paths }: ManifestUnit, { files, units }: Outcome): boolean {
  const stem = name.slice(0, name.lastIndexOf("."));
  const starters = ["timer", "path", "socket"].map((suffix) => `${stem}.${suffix}`);
  if (name.endsWith(".service") && units.some((unit) => starters.includes(unit.name))) return true;
  const own = files.filter(({ path }) => paths.includes(path));
  if (from === "quadlet" && own.some(isWanted)) return true; // its generator enables what it makes
  const names = [name, ...own.map(({ path }) => path.slice(path.lastIndexOf("/") + 1))];
  return files.filter((file) => !own.includes(file)).some(({ content }) => {
    const text = new TextDecoder().decode(content);
    return names.some((each) => text.includes(each));
  });
}

function isWanted(file: RenderedFile): boolean {
  return readUnits([file]).some(({ settings }) =>
    settings.some(({ section, key }) => section === "Install" && /^(WantedBy|RequiredBy|UpheldBy)$/.test(key))
  );
}
