import { match, strictEqual } from "node:assert/strict";
import { unifiedDiff } from "../../src/plan/unified_diff.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("unifiedDiff() prints what diff -u prints", () => {
  strictEqual(
    unifiedDiff("x", bytes("a\nb\n"), bytes("a\nc\n")),
    "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n",
  );
});

Deno.test("unifiedDiff() names /dev/null for a file that is new or goes", () => {
  match(unifiedDiff("x", undefined, bytes("a\n")), /^--- \/dev\/null\n\+\+\+ b\/x\n/);
  match(unifiedDiff("x", bytes("a\n"), undefined), /^--- a\/x\n\+\+\+ \/dev\/null\n/);
});

Deno.test("unifiedDiff() does not print binary content", () => {
  strictEqual(unifiedDiff("x", bytes("a\0b"), bytes("c")), "Binary files a/x and b/x differ\n");
  strictEqual(unifiedDiff("x", new Uint8Array([0xff]), bytes("c")), "Binary files a/x and b/x differ\n");
});

Deno.test("unifiedDiff() gives up the shortest diff where the texts have nothing in common, and still shows every line", () => {
  const text = (word: string) => Array.from({ length: 3000 }, (_, at) => `${word} ${at}`).join("\n") + "\n";
  const diff = unifiedDiff("x", bytes(text("old")), bytes(text("new")));
  strictEqual(diff.split("\n").filter((line) => line.startsWith("-old")).length, 3000);
  strictEqual(diff.split("\n").filter((line) => line.startsWith("+new")).length, 3000);
});
