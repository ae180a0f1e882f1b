/** Unified diffs, bounded: whatever two texts look like, a diff takes no longer than people wait. */
import { decodeUtf8 } from "../config/utf8.ts";
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

/** Beyond this many differing lines the texts have little in common, and finding the shortest edit takes seconds. */
const MAX_EDIT_LENGTH = 2000;

/** Returns the unified diff from `before` to `after` (undefined: no such file), as `diff -u` prints it; a sentence for binary files. */
export function unifiedDiff(
  path: string,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
): string {
  const texts = [before, after].map(decode);
  const [from, to] = texts;
  if (from === undefined || to === undefined) return `Binary files a/${path} and b/${path} differ\n`;
  const names = [
    before === undefined ? "/dev/null" : `a/${path.replace(/^\//, "")}`,
    after === undefined ? "/dev/null" : `b/${path.replace(/^\//, "")}`,
  ] as const;
  const patch = createTwoFilesPatch(names[0], names[1], from, to, undefined, undefined, {
    headerOptions: FILE_HEADERS_ONLY,
    maxEditLength: MAX_EDIT_LENGTH,
  });
  return patch ?? replaced(names, from, to);
}

/** Text, or undefined for what is none: no UTF-8, or with NUL in it. */
function decode(content: Uint8Array | undefined): string | undefined {
  if (content === undefined) return "";
  const text = decodeUtf8(content);
  return text?.includes("\0") ? undefined : text;
}

/** A diff that takes every old line out and puts every new one in. */
function replaced(names: readonly [string, string], from: string, to: string): string {
  const [old, young] = [lines(from), lines(to)];
  const hunk = `@@ -${old.length ? 1 : 0},${old.length} +${young.length ? 1 : 0},${young.length} @@`;
  return [
    `--- ${names[0]}`,
    `+++ ${names[1]}`,
    hunk,
    ...old.map((l) => `-${l}`),
    ...young.map((l) => `+${l}`),
    "",
  ].join("\n");
}

function lines(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
