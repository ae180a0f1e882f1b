/** Text as a terminal shows it: its width, cut to fit, and made harmless. */

// deno-lint-ignore no-control-regex -- escape sequences are control characters
const ESCAPES = /\x1b\[[0-9;]*m/g;

// deno-lint-ignore no-control-regex -- control characters are what this is about
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Marks that show text in another order than it has, the lines after it included (Unicode TR 9: embeddings, overrides, isolates; CVE-2021-42574). */
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/g;

/** What no line of a message may be longer than in code points, before it is measured: a character may have any number of marks that take no column. */
const LONGEST_LINE = 1000;

/** Characters that take two columns: East Asian wide and fullwidth ones (Unicode TR 11) and emoji, as ranges. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

/** Characters that take none: combining marks and joiners. */
const ZERO = /[\p{Mn}\p{Me}\u200b-\u200f\ufeff]/u;

/** Returns the number of columns that `text` takes on a terminal, colours not counted. */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text.replace(ESCAPES, "")) {
    width += character < "\u0300" ? 1 : ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** Returns uncoloured `text`, cut to at most `width` columns; what was cut ends in `…`. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let result = "";
  let used = 0;
  for (const character of text) {
    const next = displayWidth(character);
    if (used + next > width - 1) break;
    result += character;
    used += next;
  }
  return `${result}…`;
}

/**
 * Returns `text`, which came from elsewhere, without the control characters that could repaint a terminal, or show it in another order.
 * Line ends and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(ESCAPES, "").replace(CONTROLS, "\ufffd").replace(REORDERING, "\ufffd");
}

/** Returns JSON that means the same, in which the characters that `printable` takes away are spelt out. */
export function printableJson(json: string): string {
  const spell = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return json.replace(CONTROLS, spell).replace(REORDERING, spell);
}

/** Returns `text`, which came from elsewhere, as one harmless line of at most `width` columns. */
export function oneLine(text: string, width = Infinity): string {
  const line = printable(text).replace(/[\s\u2028\u2029]+/g, " ").trim();
  const characters = [...line];
  const bounded = characters.length > LONGEST_LINE ? `${characters.slice(0, LONGEST_LINE).join("")}…` : line;
  return cut(bounded, width);
}

/** Breaks `text` into lines of at most `width` columns at spaces; lines that it has already are kept apart. */
export function wrap(text: string, width: number): readonly string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, width));
}

/** What a line begins with, its continuations begin with: of YAML, the blanks are the meaning. */
function wrapLine(text: string, width: number): readonly string[] {
  const indent = /^ */.exec(text)?.[0] ?? "";
  const lines: string[] = [];
  let line = "";
  for (const word of text.slice(indent.length).split(" ")) {
    if (line !== "" && displayWidth(indent) + displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => each === "" ? "" : `${indent}${each}`);
}
