import { deepStrictEqual } from "node:assert/strict";
import { execCommands } from "../../src/plan/exec_words.ts";

const LINES: readonly (readonly [line: string, ...commands: (readonly string[])[]])[] = [
  ["/bin/a b  c\td", ["/bin/a", "b", "c", "d"]],
  ["-@!/bin/a x", ["/bin/a", "x"]],
  [`/bin/a "b c" 'd "e"' f"g h"i`, ["/bin/a", "b c", 'd "e"', "fg hi"]],
  [String.raw`/bin/a \x41\s\t "\"q\"" 'it\'s' \\ \d`, ["/bin/a", "A \t", '"q"', "it's", "\\", "\\d"]],
  ["/bin/a x ; /bin/b y", ["/bin/a", "x"], ["/bin/b", "y"]],
  [`/bin/a x ";" y`, ["/bin/a", "x", ";", "y"]],
  [String.raw`/bin/a x \; y`, ["/bin/a", "x", ";", "y"]],
  ["/bin/a $HOME ${X} %h %%", ["/bin/a", "$HOME", "${X}", "%h", "%%"]],
  ["", ...[]],
  ['/bin/a "never closed', ["/bin/a", "never closed"]],
];

Deno.test("execCommands() splits what systemd runs into commands and words, as systemd.service(5) has it", () => {
  for (const [line, ...commands] of LINES) deepStrictEqual(execCommands(line), commands, line);
});
