import assert from "node:assert/strict";
import { parseYaml, parseYamlValue, type YamlString, YamlTemplate } from "../../src/config/yaml.ts";
import { InvalidError } from "../../src/errors.ts";

const TEXT = `# A comment.
plain: word
"quoted": 'it''s'
double: "a\\tb"
block: |  # the | header > with signs
  first
  second
folded: >-
  one
  two
list:
- 1
- { inner: true }
-
nothing:
tagged: !!str 5
deep: &anchor
  key: value
again: *anchor
`;

Deno.test("parseYaml() reads the core schema of YAML 1.2", () => {
  assert.deepEqual(parseYaml(TEXT, "config.yml").value, {
    plain: "word",
    quoted: "it's",
    double: "a\tb",
    block: "first\nsecond\n",
    folded: "one two",
    list: [1, { inner: true }, null],
    nothing: null,
    tagged: "5",
    deep: { key: "value" },
    again: { key: "value" },
  });
});

Deno.test("parseYaml() takes the words of YAML 1.1 for text", () => {
  const { value } = parseYaml(
    "%YAML 1.1\n---\na: no\nb: 12:30:45\nc: 1_000\nd: 2026-11-22\ne: <<\n",
    "config.yml",
  );
  assert.deepEqual(value, { a: "no", b: "12:30:45", c: "1_000", d: "2026-11-22", e: "<<" });
});

Deno.test("parseYaml() reads numbers exactly", () => {
  const { value } = parseYaml(
    "a: 1\nb: -0\nc: 1.50\nd: 9007199254740991\ne: 1e3\nf: +7\ng: .5\n",
    "config.yml",
  );
  assert.deepEqual(value, { a: 1, b: 0, c: 1.5, d: 9007199254740991, e: 1000, f: 7, g: 0.5 });
});

Deno.test("YamlDocument.position() points at the first character of a value, its quote, block sign or tag", () => {
  const document = parseYaml(TEXT, "config.yml");
  const at = (...path: (string | number)[]) => Object.values(document.position(path)).join(":");
  assert.equal(at("plain"), "2:8");
  assert.equal(at("quoted"), "3:11");
  assert.equal(at("double"), "4:9");
  assert.equal(at("block"), "5:8");
  assert.equal(at("folded"), "8:9");
  assert.equal(at("list"), "12:1");
  assert.equal(at("list", 0), "12:3");
  assert.equal(at("list", 1, "inner"), "13:12");
  assert.equal(at("nothing"), "15:1", "a value that is not written stands where its key does");
  assert.equal(at("tagged"), "16:9");
  assert.equal(at("deep"), "17:7");
  assert.equal(at("again", "key"), "18:8", "an alias stands for what it names");
  assert.equal(
    at("deep", "absent", "further"),
    "17:7",
    "what does not exist stands where the nearest thing above it does",
  );
  assert.equal(at(), "2:1");
});

Deno.test("YamlDocument.keyPosition() points at the key, for an item of a list at the item", () => {
  const document = parseYaml(TEXT, "config.yml");
  assert.deepEqual(document.keyPosition(["quoted"]), { line: 3, column: 1 });
  assert.deepEqual(document.keyPosition(["deep", "key"]), { line: 18, column: 3 });
  assert.deepEqual(document.keyPosition(["list", 0]), { line: 12, column: 3 });
});

Deno.test("YamlDocument.position() counts lines that end in CR LF, and in CR, as editors do", () => {
  assert.deepEqual(parseYaml("a: 1\r\nb: 2\r\nc: 3\r\n", "config.yml").position(["c"]), {
    line: 3,
    column: 4,
  });
  assert.deepEqual(parseYaml("a: 1\rb: |\r  x\rc: 3\r", "config.yml").position(["b"]), {
    line: 2,
    column: 4,
  });
});

Deno.test("YamlDocument.position() finds the header of a block without text, at the end of the file", () => {
  assert.deepEqual(parseYaml("a: |", "config.yml").position(["a"]), { line: 1, column: 4 });
  assert.deepEqual(parseYaml("a: |\n", "config.yml").position(["a"]), { line: 1, column: 4 });
  assert.deepEqual(parseYaml("a: >-\n\n\n  x\n", "config.yml").position(["a"]), { line: 1, column: 4 });
});

Deno.test("YamlDocument.map() tells where each text begins and whether it is tagged !yaml", () => {
  const document = parseYaml('a: "x"\nb: !yaml |\n  y\nc: [ !yaml "z", w ]\nd: 5\n', "appinfo.yml", {
    templates: true,
  });
  assert.deepEqual(document.value, {
    a: "x",
    b: new YamlTemplate("y\n"),
    c: [new YamlTemplate("z"), "w"],
    d: 5,
  });
  const strings: YamlString[] = [];
  document.map((string) => strings.push(string));
  assert.deepEqual(strings, [
    { path: ["a"], text: "x", position: { line: 1, column: 5 }, indent: 0, yaml: false },
    { path: ["b"], text: "y\n", position: { line: 3, column: 3 }, indent: 2, yaml: true },
    { path: ["c", 0], text: "z", position: { line: 4, column: 13 }, indent: 0, yaml: true },
    { path: ["c", 1], text: "w", position: { line: 4, column: 17 }, indent: 0, yaml: false },
  ]);
  assert.deepEqual(document.map((string) => string.text.toUpperCase(), ["c"]), ["Z", "W"]);
  assert.equal(document.map((string) => string.text, ["absent"]), undefined);
});

Deno.test("parseYaml() reports every fault that the parser lets pass, not only the first", () => {
  assert.throws(
    () => parseYaml("a: 012\nb: 1\nb: 2\nc: !x y\n? [k]\n: v\n", "config.yml"),
    new InvalidError([
      {
        file: "config.yml",
        line: 1,
        column: 4,
        message: "Cannot read a number with a leading zero: leave the zero out, or quote it if it is text",
      },
      { file: "config.yml", line: 3, column: 1, message: 'Cannot use the key "b" twice' },
      {
        file: "config.yml",
        line: 4,
        column: 4,
        message: "Cannot use this tag: there are none here; quote a value that begins with !",
      },
      {
        file: "config.yml",
        line: 5,
        column: 3,
        message: "Cannot use a list or mapping as a key (a value that begins with { or [ needs quotes)",
      },
    ]),
  );
});

Deno.test("parseYaml() names the line of bytes that are not UTF-8", () => {
  const bytes = new Uint8Array([...new TextEncoder().encode("a: 1\nb: x"), 0xff, 0x0a]);
  assert.throws(() => parseYaml(bytes, "config.yml"), {
    message: "config.yml:2:5: Cannot read the file as UTF-8: it has bytes that are no text",
  });
});

Deno.test("parseYaml() refuses a file of more than 256 KiB", () => {
  assert.throws(() => parseYaml("a".repeat(256 * 1024 + 1), "config.yml"), {
    message: "config.yml: Cannot read a file of 262145 bytes: at most 262144 are allowed",
  });
});

Deno.test("parseYaml() gives the hint for an empty file", () => {
  assert.throws(() => parseYaml("# nothing\n", "config.yml", { emptyHint: "Write this" }), {
    hint: "Write this",
  });
});

Deno.test("parseYaml() never adds to the prototype", () => {
  const { value } = parseYaml("constructor: 1\ntoString: 2\n", "config.yml");
  assert.deepEqual(Object.keys(value), ["constructor", "toString"]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

const BOMBS: Readonly<Record<string, string>> = {
  "ten times ten times ten lists": "a: &a [x,x,x,x,x,x,x,x,x,x]\n" +
    [..."bcdefghij"].map((name, at) => `${name}: &${name} [${`*${"abcdefghi"[at]},`.repeat(10)}]\n`).join(""),
  "two mappings, thirty times": "a0: &a0 { x: 1, y: 2 }\n" +
    Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} { x: *a${at}, y: *a${at} }\n`).join(""),
  "an alias 40,000 times": `a: &a x\nb: [${"*a,".repeat(40_000)}]\n`,
  "brackets, 100,000 deep": `a: ${"[".repeat(100_000)}\n`,
  "blocks, 100 deep": Array.from({ length: 100 }, (_, at) => `${" ".repeat(at)}a:\n`).join(""),
};

for (const [name, text] of Object.entries(BOMBS)) {
  Deno.test(`parseYaml() refuses a bomb within a second: ${name}`, () => {
    const start = performance.now();
    assert.throws(() => parseYaml(text, "config.yml"), InvalidError);
    assert.ok(performance.now() - start < 1000);
  });
}

Deno.test("parseYaml() reads the largest file allowed within a second, whatever it is made of", () => {
  for (const part of ["- |\n  x\n", "- 'x'\n", "- {a: b}\n", "- >\n\n\n  x\n", "- &a x\n", "- 1\r\n"]) {
    const start = performance.now();
    parseYaml("a:\n" + part.repeat(Math.floor((256 * 1024 - 3) / part.length)), "config.yml");
    assert.ok(performance.now() - start < 1000, part);
  }
});

Deno.test("parseYamlValue() reads any kind of value", () => {
  assert.equal(parseYamlValue("5", "appinfo.yml"), 5);
  assert.equal(parseYamlValue("true", "appinfo.yml"), true);
  assert.deepEqual(parseYamlValue('["a", {b: null}]', "appinfo.yml"), ["a", { b: null }]);
});

Deno.test("parseYamlValue() knows no tag, so that a result is never rendered again", () => {
  assert.throws(() => parseYamlValue('!yaml "x"', "appinfo.yml"), InvalidError);
});
