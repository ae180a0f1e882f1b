import { ok } from "node:assert/strict";
import fc from "fast-check";
import { CLEAN } from "../fixtures/lint/faulty.ts";
import { Definition } from "./support.ts";

/** Pieces that mean something to YAML, to templates, to units, or to those who read their names. */
const PIECES = [
  ..."\t\n\r:-?[]{},#&*!|>'\"%@`~<=\0\x1b\ufeff\u2028\\",
  "<%= it.x %>",
  "<% throw 1 %>",
  "<%",
  "%>",
  "!yaml ",
  "[Install]\n",
  "WantedBy=",
  "Image=a\n",
  "ExecStart=podman run ",
  "__proto__: ",
  "constructor: ",
  "variables:",
  "firewall: ",
  "\\\n",
];

const change = fc.record({
  file: fc.constantFrom(...Object.keys(CLEAN)),
  at: fc.integer({ min: 0, max: 1000 }),
  cut: fc.nat({ max: 12 }),
  put: fc.oneof(fc.constantFrom(...PIECES), fc.constant(""), fc.string({ maxLength: 6 })),
});

/** A path that a file system takes, as strange as it may be. */
const path = fc.array(fc.stringMatching(/^[^/\0]{1,12}$/), { minLength: 1, maxLength: 4 })
  .map((names) => names.filter((name) => name !== "." && name !== "..").join("/"))
  .filter((path) => path !== "" && path.isWellFormed());

Deno.test("lint() has an answer for 80 mutilated definitions, each problem one line, and never throws", async () => {
  let clean = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.option(path, { nil: undefined }),
      async (changes, extra) => {
        const files = { ...CLEAN };
        for (const { file, at, cut, put } of changes) {
          const text = files[file]!;
          const offset = Math.floor(text.length * at / 1000);
          files[file] = text.slice(0, offset) + put + text.slice(offset + cut);
        }
        using definition = new Definition(files);
        if (extra !== undefined) tryToWrite(definition, `templates/${extra}`);
        const { errors, notes } = await definition.lint();
        if (errors.length === 0) clean++;
        for (const { file, message } of [...errors, ...notes]) {
          ok(file !== "" && message !== "" && message.length < 1000, message);
        }
      },
    ),
    { numRuns: 80, seed: 20261123 },
  );
  ok(clean > 5 && clean < 75, `${clean} without errors: the mutilations are too wild or too tame`);
});

/** A name may be one that stands there already as something else. */
function tryToWrite(definition: Definition, file: string): void {
  try {
    definition.write(file, "x");
  } catch (error) {
    if (
      !(error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists ||
        error instanceof Deno.errors.IsADirectory)
    ) throw error;
  }
}
