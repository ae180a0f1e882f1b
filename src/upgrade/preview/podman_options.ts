/** Which options the files of a unit give to podman: in Quadlet's `PodmanArgs=`, and in the command lines of plain services. Pure. */
import type { UnitSetting } from "../../plan/unit_file.ts";

/** An option with its value; what has no value is left out. */
export interface PodmanOption {
  /** The long name, without dashes: `volume`. */
  readonly name: string;
  readonly value: string;
}

/** The short names of options that are asked for here (podman-run(1)). */
const SHORT: Readonly<Record<string, string>> = { v: "volume" };

/** One-letter options without a value, which may stand before one that has one, as in `-dv`. */
const FLAGS = "ditPq";

/** Returns whatever looks like an option in the lines of `settings` that run podman. */
export function podmanOptions(settings: readonly UnitSetting[]): readonly PodmanOption[] {
  return settings.flatMap((setting) => optionsIn(podmanWords(setting)));
}

/** Returns the words of a line after `podman`; none for a line that does not run it. */
export function podmanWords({ key, value }: UnitSetting): readonly string[] {
  if (key === "PodmanArgs") return splitWords(value);
  if (!/^Exec[A-Z]/.test(key)) return [];
  // A shell's command is one word, and may itself be a line with podman in it.
  const words = splitWords(value).flatMap((word) => /podman\s/.test(word) ? splitWords(word) : [word]);
  const program = words.findIndex((word) => /(^|[/@:+!-])podman$/.test(word));
  return program === -1 ? [] : words.slice(program + 1);
}

function optionsIn(words: readonly string[]): readonly PodmanOption[] {
  return words.flatMap((word, at) => {
    const next = words[at + 1] ?? "";
    const long = /^--([a-z-]+)(?:=(.*))?$/.exec(word);
    if (long !== null) return [{ name: long[1]!, value: long[2] ?? next }];
    const short = new RegExp(`^-[${FLAGS}]*([a-z])=?(.*)$`).exec(word);
    const name = SHORT[short?.[1] ?? ""];
    return name === undefined ? [] : [{ name, value: short?.[2] || next }];
  });
}

/** Splits a line as systemd does: quotes keep words together, a backslash takes the next character as it is (systemd.syntax(7)). */
function splitWords(line: string): readonly string[] {
  const words = line.match(/(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|\\(.)/g,
      (_, double, single, escaped) => escaped ?? (double ?? single).replace(/\\(.)/g, "$1"),
    )
  );
}
