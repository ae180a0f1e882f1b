import assert from "node:assert/strict";
import * as z from "zod/mini";
import { Problems } from "../../src/config/problems.ts";
import { parseYaml } from "../../src/config/yaml.ts";
import { loadPlugins } from "../../src/definition/appinfo_plugins.ts";
import { InvalidError } from "../../src/errors.ts";
import { definePlugin, type Plugin } from "../../src/plugins/plugin.ts";
import { PLUGINS } from "../../src/plugins/registry.ts";

const APP = {
  name: "a",
  description: "",
  version: "1",
  mainunit: "a",
  enableunits: [],
  healthcheck: null,
  plugins: {},
  state: {},
};

const greeter = definePlugin({
  name: "greeter",
  summary: "Greets",
  schema: z.strictObject({ whom: z.optional(z.string()), times: z.optional(z.int()) }),
  contribute: ({ whom = "world" }, { instance }) => ({ state: { greeting: `${instance} greets ${whom}` } }),
});

function load(text: string, registry: readonly Plugin[]) {
  const document = parseYaml(text, "appinfo.yml");
  const problems = new Problems();
  const plugins = loadPlugins(
    registry,
    Object(document.value.plugins),
    { document, path: ["plugins"] },
    problems,
  );
  problems.throwIfAny();
  return plugins;
}

Deno.test("loadPlugins() hands a plugin the options that its schema accepted", () => {
  const [none, loaded] = load("plugins: { backups_none: { reason: x }, greeter: { whom: you } }\n", [
    ...PLUGINS,
    greeter,
  ]);
  assert.equal(none?.name, "backups_none");
  assert.deepEqual(none?.contribute({ app: APP, instance: "i" }), {});
  assert.deepEqual(loaded?.contribute({ app: APP, instance: "i" }), { state: { greeting: "i greets you" } });
});

Deno.test("loadPlugins() takes a plugin without options for one with all its defaults", () => {
  const [, loaded] = load("plugins:\n  backups_none: { reason: x }\n  greeter:\n", [...PLUGINS, greeter]);
  assert.deepEqual(loaded?.contribute({ app: APP, instance: "i" }).state, { greeting: "i greets world" });
});

Deno.test("loadPlugins() reports wrong options of every plugin at their places", () => {
  assert.throws(
    () =>
      load("plugins:\n  backups_none: { raeson: x }\n  greeter: { times: 1.5, whom: [] }\n", [
        ...PLUGINS,
        greeter,
      ]),
    (error) => {
      assert.ok(error instanceof InvalidError);
      assert.deepEqual(error.message.split("\n"), [
        'appinfo.yml:2:3: Missing key "reason" in "plugins.backups_none": why nothing here needs saving',
        'appinfo.yml:2:19: Unknown key "raeson" in "plugins.backups_none". Did you mean "reason"?',
        'appinfo.yml:3:21: "plugins.greeter.times" must be a whole number',
        'appinfo.yml:3:32: "plugins.greeter.whom" must be text, not a list',
      ]);
      return true;
    },
  );
});

Deno.test("PLUGINS names each plugin once, in order", () => {
  const names = PLUGINS.map((plugin) => plugin.name);
  assert.deepEqual(names, [...new Set(names)].sort());
  assert.deepEqual(names, [
    "backups_none",
    "backups_programinitiated",
    "backups_scheduled",
    "firewall",
    "neighbours_watch",
    "upgrade_scheduled",
    "website",
  ]);
  assert.deepEqual(PLUGINS.filter((plugin) => plugin.role === "backup").map((plugin) => plugin.name), [
    "backups_none",
    "backups_programinitiated",
    "backups_scheduled",
  ]);
});
