/** Text as man(7) takes it: macros of its own line, and text in which nothing is one by accident. Pure. */

/** What troff would print as typography: a command that is copied from the page is to be the command (groff_char(7)). */
const TYPOGRAPHIC: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "~": "\\(ti",
  "^": "\\(ha",
};

/** Returns text that shows as it stands: no character of it is an escape, a request or typography. */
export function roff(text: string): string {
  return text.replace(
    /[\\'`~^-]|\P{ASCII}/gu,
    (character) => TYPOGRAPHIC[character] ?? `\\[u${hex(character)}]`,
  )
    .replace(/^(?=\.)/gm, "\\&");
}

/** Returns a line of bold text. */
export function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`;
}

/** Returns a heading. */
export function section(title: string): string {
  return `.SH ${quoted(title.toUpperCase())}`;
}

/** Returns a smaller heading. */
export function subsection(title: string): string {
  return `.SS ${quoted(title)}`;
}

/** Returns a paragraph. */
export function paragraph(text: string): string {
  return `.PP\n${roff(text)}`;
}

/** Returns a term and, indented below it, what it means. */
export function entry(term: string, meaning: string): string {
  return `.TP\n${bold(term)}\n${roff(meaning)}`;
}

/** Returns an argument of a macro. */
export function quoted(text: string): string {
  return `"${roff(text).replaceAll('"', '""')}"`;
}

/** Four digits at least, in capitals: groff_char(7). */
function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
