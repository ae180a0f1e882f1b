/** Reads the units that files make, each with all that its file and its drop-ins say. Pure. */
import type { RenderedFile } from "../definition/definition.ts";
import { parseUnitFile, type UnitSetting } from "./unit_file.ts";
import { unitSource } from "./units.ts";

/** A unit, as its files have it. */
export interface UnitText {
  readonly name: string;
  /** What the files are called that it is made of: `web.container`. */
  readonly files: readonly string[];
  readonly settings: readonly UnitSetting[];
}

/** Returns the units that `files` make. */
export function readUnits(files: readonly RenderedFile[]): readonly UnitText[] {
  const sources = files.flatMap(({ path, content }) => {
    const text = new TextDecoder().decode(content);
    const source = unitSource(path, () => text);
    return source === undefined ? [] : [{ ...source, path, text }];
  });
  return Map.groupBy(sources, (source) => source.unit).entries().map(([name, parts]) => ({
    name,
    files: parts.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)),
    // Drop-ins are read after the file that they add to, in the order of their names.
    settings: [
      ...parts.filter((part) => part.role !== "dropin"),
      ...parts.filter((part) => part.role === "dropin").sort((a, b) => a.path < b.path ? -1 : 1),
    ].flatMap((part) => parseUnitFile(part.text)),
  })).toArray();
}

/** The value that counts: the last one. */
export function settingOf({ settings }: UnitText, section: string, key: string): string | undefined {
  return settings.findLast((setting) => setting.section === section && setting.key === key)?.value;
}

/** All values of a key that adds up; an empty one begins anew. */
export function assignments({ settings }: UnitText, section: string, key: string): readonly string[] {
  const values = settings.filter((each) => each.section === section && each.key === key).map((each) =>
    each.value
  );
  return values.slice(values.lastIndexOf("") + 1);
}
