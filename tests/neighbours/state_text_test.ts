import assert from "node:assert/strict";
import fc from "fast-check";
import { CORE_SCHEMA, dump, load } from "js-yaml";
import { isOneLine } from "../../src/config/yaml_text.ts";
import { parseStateText, StateFault } from "../../src/neighbours/state_text.ts";

/** Returns what is wrong with `text`; fails if nothing is. */
function fault(text: string): string {
  try {
    parseStateText(text);
  } catch (error) {
    assert.ok(error instanceof StateFault, String(error));
    return error.message;
  }
  return assert.fail(`took ${JSON.stringify(text)}`);
}

/** Texts that YAML has to quote, and any others. */
const line = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "~",
    "null",
    "yes",
    "on",
    "1",
    "-1",
    "0x1",
    "1e3",
    "1_000",
    "12:30:45",
    "2026-11-22",
    "- a",
    "a: b",
    "a:",
    "a #b",
    "#",
    "---",
    "...",
    "<<",
    "&a",
    "*a",
    "!a",
    "%a",
    "@a",
    "`a",
    "'",
    '"',
    "it's",
    'a"b',
    "[]",
    "{}",
    "[a",
    "{a: b}",
    "? a",
    "?a",
    "-a",
    ":a",
    "a,b",
    "constructor",
    "é",
    "\u00a0",
    "\\",
    "\\n",
    "a::b",
    "--- a",
  ),
  fc.string({ unit: "grapheme", maxLength: 100 }),
  // Commits, and what could be taken for a number that is not decimal.
  fc.tuple(
    fc.constantFrom("", "0", "0b", "0o", "0x", "-0b"),
    fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 38, maxLength: 40 }),
  ).map((parts) => parts.join("")),
  fc.string({ unit: fc.constantFrom(..." -?:,[]{}#&*!|>'\"%@`ab10.\\"), maxLength: 12 }),
).filter(isOneLine);

const key = line.filter((text) => text !== "__proto__");

/** Numbers that YAML and JavaScript read alike, as a definition's are. */
const number = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0.5, -1.25, 1e-7, 0.000001, 1.5e300));

const data = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    line,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("mapping"),
  ),
  mapping: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));

const mapping = data.mapping.filter((value) => Object.keys(Object(value)).length > 0);

function write(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true });
}

Deno.test("parseStateText() reads what dump() writes of plain data, whatever its texts are", () => {
  fc.assert(
    fc.property(mapping, (state) => assert.deepEqual(parseStateText(write({ state })), { state })),
    { numRuns: 2000 },
  );
});

Deno.test("parseStateText() takes nothing that another parser of YAML takes for something else", () => {
  const damage = fc.tuple(
    fc.nat(),
    fc.nat(8),
    fc.string({ unit: fc.constantFrom(..." \n-?:,[]{}#&*!|>'\"%ab1.\\"), maxLength: 4 }),
  );
  let taken = 0;
  fc.assert(
    fc.property(mapping, fc.array(damage, { maxLength: 3 }), (value, damages) => {
      const text = damages.reduce((text, [at, length, inserted]) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + inserted + text.slice(start + length);
      }, write(value));
      let ours: unknown;
      try {
        ours = parseStateText(text);
      } catch (error) {
        assert.ok(error instanceof StateFault, String(error));
        return;
      }
      taken++;
      assert.deepEqual(ours, load(text, { schema: CORE_SCHEMA }), text);
    }),
    { numRuns: 5000 },
  );
  assert.ok(taken > 100, `only ${taken} damaged texts were still taken`);
});

Deno.test("parseStateText() takes any text or faults it in one short line, and never takes long", () => {
  const unit = fc.oneof(
    fc.constantFrom(..."\n\n  --::'\"\\ab1[]{}#&*!|>%"),
    fc.string({ unit: "binary", maxLength: 1 }),
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 300 }), (text) => {
      try {
        parseStateText(text);
      } catch (error) {
        assert.ok(error instanceof StateFault, String(error));
        assert.match(error.message, /^[ -~]{1,80}$/);
      }
    }),
    { numRuns: 3000 },
  );
});

const FAULTS: readonly [what: string, text: string, fault: RegExp][] = [
  ["an anchor", "a: &b c\n", /line 1 is not/],
  ["an alias", "a: 1\nb: *a\n", /line 2 is not/],
  ["a tag", "a: !!str b\n", /line 1 is not/],
  ["a list in brackets", "a: [b]\n", /line 1 is not/],
  ["a mapping in braces", "a: {b: c}\n", /line 1 is not/],
  ["a text of several lines", "a: |\n  b\n", /line 1 is not/],
  ["a text that goes on below", "a: b\n  c\n", /line 2 is not/],
  ["a second document", "a: b\n---\na: c\n", /of a document/],
  ["a key that ends the document", "a: b\n... c: d\n", /of a document/],
  ["a directive", "%YAML 1.1\na: no\n", /line 1 is not/],
  ["a key that is a mapping", "? a: b\n: c\n", /line 1 has a key that is no name/],
  ["a key that is a number", "1: a\n", /line 1 has a key that is no name/],
  ["a key that changes what objects are", "a:\n  __proto__:\n    b: c\n", /line 2 has a key that is no name/],
  ["a key twice", "a: 1\nb: 2\na: 3\n", /line 3 has a key for the second time/],
  ["a key twice, written otherwise", "a: 1\n'a': 3\n", /line 2 has a key for the second time/],
  ["a key without a value", "a:\nb: c\n", /line 2 is not/],
  ["a key without a value at the end", "b: c\na:\n", /line 2 is not/],
  ["a block that is indented by three", "a:\n   b: c\n", /line 2 is not/],
  ["a block that ends between others", "a:\n  b:\n    c: d\n   e: f\n", /line 4 is not/],
  ["an item among keys", "a: b\n- c\n", /line 2 is not/],
  ["a key among items", "- a\nb: c\n", /line 2 is not/],
  ["a scalar alone", "a\n", /line 1 is not/],
  ["a comment behind a value", "a: b #c\n", /line 1 is not/],
  ["a quote that does not end", "a: 'b\n", /line 1 is not/],
  ["something behind a quote", "a: 'b' c\n", /line 1 is not/],
  ["an unknown escape", 'a: "\\z"\n', /line 1 is not/],
  ["a line break that is escaped", 'a: "\\n"\n', /line 1 is not/],
  ["a control character that is escaped", 'a: "\\e[2J"\n', /line 1 is not/],
  ["a mark that is escaped", 'a: "\\u202E"\n', /line 1 is not/],
  ["half a character", 'a: "\\uD800"\n', /line 1 is not/],
  ["a key with a line break", '"a\\nb": c\n', /line 1 has a key that is no name/],
  ["a number with a leading zero", "a: 0755\n", /line 1 is not/],
  ["a number of twenty digits", "a: 12345678901234567890\n", /line 1 is not/],
  ["infinity", "a: .inf\n", /line 1 is not/],
  ["a tab", "a:\tb\n", /cannot be seen/],
  ["a carriage return", "a: b\r\n", /cannot be seen/],
  ["an escape sequence", "a: \x1b[31mb\n", /cannot be seen/],
  ["a line separator", "a: b\u2028c\n", /cannot be seen/],
  ["a mark that reverses text", "a: \u202eb\n", /cannot be seen/],
  ["a byte order mark", "\ufeffa: b\n", /cannot be seen/],
  ["nothing", "", /empty/],
  ["only comments", "# a\n#\n", /empty/],
  ["lists in lists", `a:\n  ${"- ".repeat(40)}b\n`, /too deep/],
  [
    "mappings in mappings",
    Array.from({ length: 40 }, (_, at) => `${"  ".repeat(at)}a:\n`).join(""),
    /too deep/,
  ],
];

for (const [what, text, expected] of FAULTS) {
  Deno.test(`parseStateText() refuses ${what}`, () => assert.match(fault(text), expected));
}

Deno.test("parseStateText() reads `state` as deep as it may be, and no deeper", () => {
  const nested = (depth: number): unknown => depth === 0 ? 1 : { a: nested(depth - 1) };
  assert.deepEqual(parseStateText(write({ state: nested(16) })), { state: nested(16) });
  assert.match(fault(write({ state: nested(17) })), /too deep/);
});

/** 64 KiB that are as bad as they can be made. */
const WORST: Readonly<Record<string, string>> = {
  "open brackets": "[".repeat(65536),
  dashes: "- ".repeat(32768),
  "question marks": "? ".repeat(32768),
  "keys": Array.from({ length: 8000 }, (_, at) => `k${at}: 1`).join("\n"),
  "numbers as keys": Array.from({ length: 6000 }, (_, at) => `'${4e9 - at * 7}': 1`).join("\n"),
  items: "- 1\n".repeat(16384),
  "an open quote": `a: '${"''".repeat(32760)}`,
  "an open double quote": `a: "${"\\\\".repeat(32760)}`,
  escapes: `a: "${"\\u0041".repeat(10900)}"`,
  digits: `a: ${"9".repeat(65530)}`,
  "digits behind a dot": `a: 0.${"0".repeat(65520)}1`,
  "a long key": `${"a".repeat(65530)}: 1`,
  colons: ":".repeat(65536),
  spaces: " ".repeat(65536),
  comments: "#\n".repeat(32768),
  "line ends": "\n".repeat(65536),
  "deep items": `${"- - - - - - - - - - - - - - - 1\n".repeat(2048)}`,
};

for (const [what, text] of Object.entries(WORST)) {
  Deno.test(`parseStateText() needs no more than a moment for 64 KiB of ${what}`, () => {
    const before = performance.now();
    try {
      parseStateText(text);
    } catch (error) {
      assert.ok(error instanceof StateFault, String(error));
    }
    const took = performance.now() - before;
    assert.ok(took < 500, `${took} ms`); // ten times what it takes on a busy machine: quadratic would be seconds
  });
}
