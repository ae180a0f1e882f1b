import assert from "node:assert/strict";
import info from "../../src/build_info.json" with { type: "json" };
import config from "../../deno.json" with { type: "json" };
import { commandLine } from "../../tools/self_extracting.ts";

Deno.test("src/build_info.json says the version of deno.json", () => {
  assert.equal(info.version, config.version);
});

Deno.test("commandLine() hands on exactly the permitted variables, and TZ for the runtime", () => {
  const { VARIABLES } = commandLine({ ...config, permissions: { ppm: { env: ["PATH", "TERM"] } } });
  assert.deepEqual(VARIABLES.split(/ \\\n\s+/), ['${TERM+"TERM=$TERM"}', '${TZ+"TZ=$TZ"}']);
});

Deno.test("commandLine() quotes what the shell would take for a pattern", () => {
  const { FLAGS } = commandLine({ ...config, permissions: { ppm: { env: ["PATH"], net: ["[::1]"] } } });
  assert.match(FLAGS, / '--allow-net=\[::1\]'$/);
  assert.match(FLAGS, /--no-prompt/);
});
