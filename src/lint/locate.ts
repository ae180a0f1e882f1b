/** Finds a text in a definition's sources again. Pure. */
import type { Position } from "../config/problems.ts";
import type { Source } from "../definition/definition.ts";

/** Returns where `text` stands first in the file that messages call `file`; undefined where a template only makes it. */
export function locateText(source: Source, file: string, text: string): Position | undefined {
  const lines = linesOf(source, file);
  const at = lines.findIndex((line) => line.includes(text));
  return at === -1 ? undefined : { line: at + 1, column: lines[at]!.indexOf(text) + 1 };
}

/** Returns a line of the file that messages call `file`. */
export function lineOf(source: Source, file: string, line: number): string | undefined {
  return linesOf(source, file)[line - 1];
}

function linesOf({ templates, appinfo }: Source, file: string): readonly string[] {
  const content = file === "appinfo.yml"
    ? appinfo
    : templates.find(({ path }) => `templates/${path}` === file)?.content;
  return new TextDecoder().decode(content).split("\n");
}
