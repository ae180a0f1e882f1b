import { deepStrictEqual } from "node:assert/strict";
import { CLEAN, FAULTY } from "../fixtures/lint/faulty.ts";
import { Definition, said } from "./support.ts";

Deno.test("lint() has nothing to say of a clean definition, but which value it made up and what it could not look at", async () => {
  using definition = new Definition(CLEAN);
  deepStrictEqual(await definition.lint(), {
    errors: [],
    notes: [],
    unverified: ["the units and calendar expressions: this machine has no systemd-analyze"],
    samples: { domain: "domain.example.org" },
  });
});

for (const { name, files, said: expected } of FAULTY) {
  Deno.test(`lint() finds: ${name}`, async () => {
    using definition = new Definition({ ...CLEAN, ...files });
    deepStrictEqual(said(await definition.lint()), expected);
  });
}
