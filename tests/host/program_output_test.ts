import assert from "node:assert/strict";
import {
  decode,
  giveLines,
  keepAll,
  keepEnd,
  MAX_LINE_BYTES,
  TooMuchOutput,
} from "../../src/host/program_output.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("giveLines() finds the same lines however the bytes are cut", () => {
  const text = "ä\n\nlonger line\nlast";
  for (let size = 1; size <= text.length + 1; size++) {
    const lines: string[] = [];
    const collector = giveLines((line) => void lines.push(line), "\n");
    const all = bytes(text);
    for (let at = 0; at < all.length; at += size) collector.add(all.subarray(at, at + size));
    assert.equal(collector.end().length, 0);
    assert.deepEqual(lines, ["ä", "", "longer line", "last"]);
  }
});

Deno.test("giveLines() keeps a newline in a line that NUL ends", () => {
  const lines: string[] = [];
  const collector = giveLines((line) => void lines.push(line), "\0");
  collector.add(bytes("a\nb\0c\0"));
  collector.end();
  assert.deepEqual(lines, ["a\nb", "c"]);
});

Deno.test("giveLines() refuses a line without end, also where it comes in pieces", () => {
  const collector = giveLines(() => {}, "\n");
  collector.add(new Uint8Array(MAX_LINE_BYTES));
  assert.throws(() => collector.add(bytes("x")), TooMuchOutput);
});

Deno.test("keepAll() refuses what is too much, keepEnd() keeps the end of it", () => {
  const all = keepAll(4);
  all.add(bytes("1234"));
  assert.throws(() => all.add(bytes("5")), TooMuchOutput);
  const end = keepEnd(4);
  for (let at = 0; at < 100; at++) end.add(bytes(`${at},`));
  assert.equal(decode(end.end()), ",99,");
});

Deno.test("decode() makes one U+FFFD of each byte that is no character, as Go does", () => {
  const cases: readonly (readonly [readonly number[], string])[] = [
    [[0xe2, 0x82, 0x62], "\ufffd\ufffdb"],
    [[0xe2, 0x82, 0xac], "€"],
    [[0xf0, 0x9f, 0x98, 0x80, 0xff], "😀\ufffd"],
    [[0xc0, 0x80], "\ufffd\ufffd"],
    [[0xed, 0xa0, 0x80], "\ufffd\ufffd\ufffd"],
    [[0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
    [[0x61, 0xc3], "a\ufffd"],
  ];
  for (const [given, text] of cases) assert.equal(decode(Uint8Array.from(given)), text);
});
