/** Reads unit files and Quadlet files as far as a plan must understand them; systemd itself judges the rest. */

/** One assignment in a unit file. */
export interface UnitSetting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** Where it stands, from 1. */
  readonly line: number;
}

/** Returns the assignments of a unit file in their order: comments left out, continued lines joined (systemd.syntax(7)). */
export function parseUnitFile(text: string): readonly UnitSetting[] {
  const settings: UnitSetting[] = [];
  const lines = text.split("\n");
  let section = "";
  for (let at = 0; at < lines.length; at++) {
    const first = at;
    let line = (lines[at] ?? "").trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    while (line.endsWith("\\") && at + 1 < lines.length) {
      const next = (lines[++at] ?? "").trim();
      if (next.startsWith("#") || next.startsWith(";")) continue;
      line = `${line.slice(0, -1).trimEnd()} ${next}`;
    }
    const header = /^\[(.+)\]$/.exec(line);
    const equals = line.indexOf("=");
    if (header !== null) section = header[1] ?? "";
    else if (equals > 0) {
      const [key, value] = [line.slice(0, equals).trim(), line.slice(equals + 1).trim()];
      settings.push({ section, key, value, line: first + 1 });
    }
  }
  return settings;
}

/** Returns the words of every assignment of `key` in `section`; an empty assignment begins the list anew. */
export function listSetting(
  settings: readonly UnitSetting[],
  section: string,
  key: string,
): readonly string[] {
  let words: string[] = [];
  for (const setting of settings) {
    if (setting.section !== section || setting.key !== key) continue;
    words = setting.value === "" ? [] : [...words, ...setting.value.split(/\s+/)];
  }
  return words;
}
