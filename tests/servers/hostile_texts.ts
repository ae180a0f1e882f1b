/** Hostile state files: what is not written as ppm writes it. */
import {
  app,
  type HostileState,
  IN_WAY,
  INVISIBLE,
  leftOut,
  LISTED,
  MARK,
  marked,
  part,
  stateText,
} from "./hostile_states.ts";

/** Texts that are not as ppm writes them. */
export const TEXTS: readonly HostileState[] = [
  { name: "a NUL byte", content: stateText({ host: `host: ${MARK}\0` }), outcome: INVISIBLE },
  { name: "carriage returns", content: marked.replaceAll("\n", "\r\n"), outcome: INVISIBLE },
  {
    name: "a carriage return alone",
    content: stateText({ host: `host: server\r${MARK}` }),
    outcome: INVISIBLE,
  },
  { name: "a tab", content: stateText({ host: `host:\t${MARK}` }), outcome: INVISIBLE },
  { name: "an escape sequence", content: stateText(app({ version: `${MARK}\x1b[2J` })), outcome: INVISIBLE },
  {
    name: "a control of ISO 6429",
    content: stateText(app({ version: `${MARK}\x9b2J` })),
    outcome: INVISIBLE,
  },
  {
    name: "text that runs backwards",
    content: stateText(app({ version: `\u202e${MARK}` })),
    outcome: INVISIBLE,
  },
  { name: "a line separator", content: stateText(app({ version: `\u2028${MARK}` })), outcome: INVISIBLE },
  { name: "a byte order mark", content: `\ufeff${marked}`, outcome: INVISIBLE },
  {
    name: "Latin-1",
    content: latin1(stateText(app({ version: `${MARK}é` }))),
    outcome: leftOut("is not UTF-8"),
  },
  { name: "UTF-16", content: utf16(marked), outcome: leftOut("is not UTF-8") },
  {
    name: "an overlong slash and half a pair",
    content: new Uint8Array([0x61, 0xc0, 0xaf, 0xed, 0xa0, 0x80]),
    outcome: leftOut("is not UTF-8"),
  },
  part("an escape that YAML undoes", app({ version: `"${MARK}\\x1b[2J"` }), leftOut("")),
  part("a line break that YAML undoes", app({ description: `"A\\n${MARK}"` }), leftOut("")),
  part("a text of several lines", app({ description: `|\n    A\n    ${MARK}` }), leftOut("")),
  { name: "brackets, as deep as they go", content: "[".repeat(65000), outcome: leftOut(IN_WAY) },
  { name: "lists in lists in lists", content: "- ".repeat(32000) + MARK, outcome: leftOut(IN_WAY) },
  {
    name: "mappings in mappings",
    content: Array.from({ length: 200 }, (_, n) => `${"  ".repeat(n)}a:`).join("\n"),
    outcome: leftOut(IN_WAY),
  },
  { name: "question marks", content: "? ".repeat(32000), outcome: leftOut(IN_WAY) },
  { name: "sixty thousand line breaks", content: "\n".repeat(65000), outcome: leftOut("is empty") },
  { name: "a quotation that does not end", content: `a: '${"''".repeat(32000)}`, outcome: leftOut(IN_WAY) },
  { name: "a quotation of backslashes", content: `a: "${"\\\\".repeat(32000)}`, outcome: leftOut(IN_WAY) },
  {
    name: "an integer of sixty thousand digits",
    content: `version: ${"9".repeat(60000)}`,
    outcome: leftOut(""),
  },
  part("an anchor and an alias", { state: `state:\n  a: &a ${MARK}\n  b: *a` }, leftOut(IN_WAY)),
  {
    name: "a billion laughs",
    content: `a: &a [x,x,x,x,x,x,x,x,x]\n` +
      [..."bcdefghi"].map((name, at) =>
        `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[at]}`).join(",")}]\n`
      )
        .join(""),
    outcome: leftOut(IN_WAY),
  },
  part("a merge key", { state: `state:\n  <<: { a: ${MARK} }` }, leftOut(IN_WAY)),
  part("a tag of JavaScript", { state: `state:\n  a: !!js/function "function(){${MARK}}"` }, leftOut(IN_WAY)),
  part(
    "a tag of Python",
    { state: `state:\n  a: !!python/object/apply:os.system ["${MARK}"]` },
    leftOut(IN_WAY),
  ),
  part("a tag of ppm", { state: `state:\n  a: !yaml "<%= ${MARK} %>"` }, leftOut(IN_WAY)),
  {
    name: "a key for the second time",
    content: `${marked}user: ben\n`,
    outcome: leftOut("has a key for the second time"),
  },
  {
    name: "a key for the second time, written otherwise",
    content: `${marked}"user": ben\n`,
    outcome: leftOut("has a key for the second time"),
  },
  {
    name: "two documents",
    content: `${marked}---\n${marked}`,
    outcome: leftOut("marks the beginning or the end of a document"),
  },
  { name: "a directive", content: `%YAML 1.1\n${marked}`, outcome: leftOut(IN_WAY) },
  { name: "JSON", content: JSON.stringify({ version: 1, user: MARK }), outcome: leftOut(IN_WAY) },
  part(
    "__proto__",
    { state: `state:\n  __proto__:\n    user: ${MARK}` },
    leftOut("has a key that is no name"),
  ),
  part(
    "constructor, toString and hasOwnProperty",
    { state: `state:\n  constructor: ${MARK}\n  toString: ${MARK}\n  hasOwnProperty: ${MARK}\n  length: -1` },
    LISTED,
  ),
  part("templates", { state: `state:\n  a: '<%= it.secrets %>${MARK}{$HOME}\${HOME}$(id)\`id\`'` }, LISTED),
];

function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function utf16(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([0xff, 0xfe, ...[...text].flatMap((character) => [character.charCodeAt(0), 0])]);
}
