import assert from "node:assert/strict";
import { cut, displayWidth, oneLine, printable, wrap } from "../../src/ui/text.ts";
import { relativeTime, size, span } from "../../src/ui/units_of_measure.ts";
import { table } from "../../src/ui/table.ts";

Deno.test("displayWidth() counts columns, not characters", () => {
  assert.equal(displayWidth("abc"), 3);
  assert.equal(displayWidth("héllo"), 5);
  assert.equal(displayWidth("he\u0301llo"), 5);
  assert.equal(displayWidth("漢字"), 4);
  assert.equal(displayWidth("🚀"), 2);
  assert.equal(displayWidth("\x1b[31mred\x1b[39m"), 3);
});

Deno.test("cut() ends what it cuts in an ellipsis, within the width", () => {
  assert.equal(cut("abcdef", 6), "abcdef");
  assert.equal(cut("abcdef", 4), "abc…");
  assert.equal(cut("漢字漢字", 4), "漢…");
});

Deno.test("printable() takes the power out of control characters", () => {
  assert.equal(printable("\x1b[31mred\x1b[0m \x1b]0;title\x07\ta\n"), "red \ufffd]0;title\ufffd\ta\n");
});

Deno.test("printable() shows the marks that turn the order of text, and leaves words of any script as they are", () => {
  assert.equal(printable("a\u202eb\u2066c\u2069"), "a\ufffdb\ufffdc\ufffd");
  assert.equal(printable("שלום\u200f, مرحبا"), "שלום\u200f, مرحبا");
});

Deno.test("oneLine() makes one harmless line of anything, however long it is and however little room it takes", () => {
  assert.equal(oneLine(" a\r\n\tb\u2028c\x1b[2J "), "a\ufffd b c\ufffd[2J");
  assert.equal(oneLine("one two three", 8), "one two…");
  assert.equal([...oneLine("e\u0301".repeat(10_000), 20)].length, 39);
  assert.ok([...oneLine(`e${"\u0301".repeat(10_000)}`, 20)].length < 1100);
});

Deno.test("wrap() breaks at spaces and keeps lines that are there", () => {
  assert.deepEqual(wrap("one two three\nfour", 8), ["one two", "three", "four"]);
  assert.deepEqual(wrap("unbreakable", 4), ["unbreakable"]);
});

Deno.test("wrap() keeps what a line begins with, also on the lines that it becomes", () => {
  assert.deepEqual(wrap("key:\n  one two three\n", 9), ["key:", "  one two", "  three", ""]);
});

Deno.test("span() uses the largest unit", () => {
  assert.deepEqual([0, 1000, 59_999, 60_000, 7_200_000, 86_400_000 * 3, 86_400_000 * 400].map(span), [
    "0 seconds",
    "1 second",
    "59 seconds",
    "1 minute",
    "2 hours",
    "3 days",
    "1 year",
  ]);
});

Deno.test("relativeTime() looks back and ahead", () => {
  assert.equal(relativeTime(0, 60_000), "1 minute ago");
  assert.equal(relativeTime(60_000, 0), "in 1 minute");
  assert.equal(relativeTime(0, 999), "just now");
});

Deno.test("size() uses binary units", () => {
  assert.deepEqual([0, 512, 1536, 47_185_920, 3 * 1024 ** 4].map(size), [
    "0 B",
    "512 B",
    "1.5 KiB",
    "45 MiB",
    "3.0 TiB",
  ]);
});

Deno.test("table() aligns columns and leaves out those with nothing in them", () => {
  assert.deepEqual(table(["A", "B", "C"], [["long name", "", "x"], ["漢", "", "y"]]), [
    "A          C",
    "long name  x",
    "漢         y",
  ]);
});

Deno.test("table() cuts the widest column until it fits", () => {
  const lines = table(["NAME", "STATE"], [["a-very-long-unit-name.service", "running"]], { columns: 20 });
  assert.deepEqual(lines, ["NAME         STATE", "a-very-lon…  running"]);
  assert.ok(lines.every((line) => displayWidth(line) <= 20));
});
