import assert from "node:assert/strict";
import { draftAppInfo } from "../../src/definition/appinfo.ts";
import { CONFIG, FakeRenderer, render } from "./appinfo_support.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);

for (const { name } of [...Deno.readDirSync(EXAMPLES)].filter((entry) => entry.isDirectory)) {
  Deno.test(`renderAppInfo() finds nothing wrong with examples/${name}`, async () => {
    const text = Deno.readTextFileSync(new URL(`${name}/appinfo.yml`, EXAMPLES));
    const required = [...draftAppInfo(new TextEncoder().encode(text), "appinfo.yml").variables].filter((
      [, { default: given }],
    ) => given === undefined);
    assert.deepEqual(required, [], "an example runs with a config.yml that names nothing but the repository");
    const { app, plugins } = await render(text, CONFIG, new FakeRenderer());
    assert.ok(app.enableunits.length > 0 && plugins.length > 0);
  });
}
