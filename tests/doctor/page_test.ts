import assert from "node:assert/strict";

const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));

Deno.test("docs/doctor.md has a heading for the name of every check, and for no other", () => {
  const sources = Array.from(
    Deno.readDirSync(new URL("../../src/doctor", import.meta.url)),
    ({ name }) => read(`src/doctor/${name}`),
  ).join("\n");
  const named = sources.matchAll(/\b(?:findingsOf|guarded|notLookedAt|complaints)\(\s*"([a-z-]+)"/g);
  const checks = new Set(Array.from(named, ([, name = ""]) => name));
  const headings = Array.from(read("docs/doctor.md").matchAll(/^### (.*)$/gm), ([, name = ""]) => name);
  assert.deepEqual(headings.toSorted(), [...checks].toSorted());
});
