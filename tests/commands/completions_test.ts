import assert from "node:assert/strict";
import { COMPLETION_SCRIPTS } from "../../src/commands/completions.ts";
import { runPpm } from "../support/run_ppm.ts";

for (const [shell, script] of COMPLETION_SCRIPTS) {
  Deno.test(`ppm completions ${shell} prints a script that asks ppm and keeps its complaints to itself`, async () => {
    assert.deepEqual(await runPpm(`completions ${shell}`), { code: 0, stdout: script, stderr: "" });
    assert.match(script, /command ppm __complete -- .*2>\/dev\/null/);
  });
}

Deno.test("ppm completions says which shells there are", async () => {
  const none = await runPpm("completions");
  assert.deepEqual([none.code, none.stdout], [2, ""]);
  assert.match(none.stderr, /no shell is named\nhint: .*ppm completions bash\|zsh\|fish/);
  const near = await runPpm("completions bahs");
  assert.equal(near.code, 2);
  assert.match(
    near.stderr,
    /Cannot print completions for "bahs".*\nhint: Did you mean: ppm completions bash/,
  );
});
