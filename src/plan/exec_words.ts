/** Reads the command lines of units: `ExecStart=` and its like. Specifiers and variables stay as they are written. */

/** What may stand before a program (systemd.service(5), "Command lines"). */
export const PREFIXES = /^[@\-:+!|]+/;

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  s: " ",
  "\\": "\\",
  '"': '"',
  "'": "'",
  ";": ";",
};

/** Returns the commands of one assignment, each as its words: a `;` of its own stands between two. */
export function execCommands(value: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const { text, isQuoted } of splitWords(value)) {
    if (text === ";" && !isQuoted) commands.push([]);
    else commands.at(-1)!.push(text);
  }
  return commands.map((words) => words.map((word, at) => at === 0 ? word.replace(PREFIXES, "") : word))
    .filter((words) => words.length > 0 && words[0] !== "");
}

/** Splits at white space that is not quoted (systemd.syntax(7), "Quoting"). */
function splitWords(value: string): readonly { readonly text: string; readonly isQuoted: boolean }[] {
  const words = value.match(/(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|\\.|[^\s"'\\])+|\\$/gsu) ?? [];
  return words.map((word) => ({ text: unquote(word), isQuoted: /["'\\]/.test(word) }));
}

function unquote(word: string): string {
  const parts = word.match(/"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|(?:\\.|[^"'\\])+|\\/gsu) ?? [];
  return parts.map((part) => unescape(/^["']/.test(part) ? part.replace(/^(["'])(.*?)\1?$/s, "$2") : part))
    .join("");
}

function unescape(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|(.))/gsu,
    (whole, hex, letter) =>
      hex === undefined ? ESCAPES[letter] ?? whole : String.fromCharCode(parseInt(hex, 16)),
  );
}
