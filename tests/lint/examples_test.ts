/** What systemd and Quadlet say of the examples is seen in tests/servers/lint_test.ts. */
import { deepStrictEqual } from "node:assert/strict";
import { lint } from "../../src/lint/lint.ts";
import { PLUGINS } from "../../src/plugins/registry.ts";
import { BareSystem } from "./support.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;

for (const { name } of [...Deno.readDirSync(EXAMPLES)].filter((entry) => entry.isDirectory)) {
  Deno.test(`lint() finds no error in examples/${name}, and nothing that is never used`, async () => {
    const { errors, notes } = await lint(new BareSystem(), `${EXAMPLES}${name}`, { registry: PLUGINS });
    deepStrictEqual(errors, []);
    const idle = notes.filter(({ message }) =>
      /^Nothing starts|no template names it$|is copied as it is/.test(message)
    );
    deepStrictEqual(idle, []);
  });
}
