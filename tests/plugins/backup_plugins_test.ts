import assert from "node:assert/strict";
import { Problems } from "../../src/config/problems.ts";
import { parseYaml } from "../../src/config/yaml.ts";
import { loadPlugins } from "../../src/definition/appinfo_plugins.ts";
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

/** Loads the plugin that the line `text` names; returns its policy, or the problems. */
function load(text: string) {
  const document = parseYaml(`plugins:\n  ${text}\n`, "appinfo.yml");
  const problems = new Problems();
  const place = { document, path: ["plugins"] };
  const [plugin] = loadPlugins(PLUGINS, Object(document.value.plugins), place, problems);
  try {
    problems.throwIfAny();
  } catch (error) {
    return String(error).replace(/^\w+: /, "").split("\n");
  }
  return plugin?.contribute({ app: APP, instance: "i" }).backup;
}

Deno.test("backups_scheduled stops the application at night and keeps half a year, unless told otherwise", () => {
  assert.deepEqual(load("backups_scheduled:"), {
    plugin: "backups_scheduled",
    oncalendar: "*-*-* 03:00",
    stop: true,
    hot: true,
    keep: { hourly: 0, daily: 7, weekly: 4, monthly: 6, yearly: 0 },
    exclude: [],
    checkDays: 7,
    maxAgeMs: null,
    request: null,
  });
});

Deno.test("backups_scheduled hands on what it is told, and a count that is left out is none", () => {
  const policy = load(
    "backups_scheduled: { oncalendar: hourly, stop: false, hot: false, keep: { yearly: 3 }, exclude: [cache, 'a/**/[a-z]?*'], check: 30 }",
  );
  assert.deepEqual(policy, {
    plugin: "backups_scheduled",
    oncalendar: "hourly",
    stop: false,
    hot: false,
    keep: { hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 3 },
    exclude: ["cache", "a/**/[a-z]?*"],
    checkDays: 30,
    maxAgeMs: null,
    request: null,
  });
});

Deno.test("backups_programinitiated never stops the application", () => {
  assert.deepEqual(load("backups_programinitiated: { maxage: 1d 2h, request: a/b c, keep: all }"), {
    plugin: "backups_programinitiated",
    oncalendar: null,
    stop: false,
    hot: false,
    keep: "all",
    exclude: [],
    checkDays: 7,
    maxAgeMs: 26 * 3_600_000,
    request: "a/b c",
  });
});

const S = "plugins.backups_scheduled";
const P = "plugins.backups_programinitiated";
const WRONG: readonly (readonly [string, ...string[]])[] = [
  [
    "backups_scheduled: { keep: { daily: 0 } }",
    `2:30: "${S}.keep" must keep something: at least one count above 0, or the word all`,
  ],
  [
    "backups_scheduled: { keep: {} }",
    `2:30: "${S}.keep" must keep something: at least one count above 0, or the word all`,
  ],
  [
    "backups_scheduled: { keep: { dayly: 1, weekly: -1, yearly: 1.5 } }",
    `2:32: Unknown key "dayly" in "${S}.keep". Did you mean "daily"?`,
    `2:50: "${S}.keep.weekly" must be at least 0`,
    `2:62: "${S}.keep.yearly" must be a whole number`,
  ],
  [
    "backups_scheduled: { keep: al }",
    `2:30: "${S}.keep" must be "all" or a mapping, not text`,
  ],
  [
    "backups_scheduled: { exclude: [/etc, ../x, 'a//b', '[a', 'b\\'] }",
    `2:34: "${S}.exclude[0]" must be relative to data/, without a leading slash`,
    `2:40: "${S}.exclude[1]" must not leave data/ with ..`,
    `2:46: "${S}.exclude[2]" must be written without empty parts and .`,
    `2:54: "${S}.exclude[3]" must be a pattern: a [ wants its ], a backslash something behind it`,
    `2:60: "${S}.exclude[4]" must be a pattern: a [ wants its ], a backslash something behind it`,
  ],
  [
    "backups_scheduled: { exclude: ['*', '**', '**/*', '*.log'] }",
    `2:34: "${S}.exclude[0]" must leave something of data/ to back up`,
    `2:39: "${S}.exclude[1]" must leave something of data/ to back up`,
    `2:45: "${S}.exclude[2]" must leave something of data/ to back up`,
  ],
  [
    'backups_scheduled: { exclude: ["a\\tb"] }',
    `2:34: "${S}.exclude[0]" must be one line, without control characters`,
  ],
  ["backups_scheduled: { keep: 7 }", `2:30: "${S}.keep" must be "all" or a mapping, not a number`],
  ["backups_scheduled: { check: 0 }", `2:31: "${S}.check" must be at least 1`],
  ["backups_scheduled: { check: 366 }", `2:31: "${S}.check" must be at most 365`],
  [
    "backups_scheduled: { stop: no }",
    `2:30: "${S}.stop" must be true or false, not text: write true or false`,
  ],
  [
    "backups_programinitiated: {}",
    `2:3: Missing key "maxage" in "${P}": how old the newest good backup may become before somebody is told, for instance "26h"`,
  ],
  ["backups_programinitiated: { maxage: 59min }", `2:39: "${P}.maxage" must be at least 1h`],
  [
    "backups_programinitiated: { maxage: daily }",
    `2:39: "${P}.maxage" must be a span of time, for instance "26h" or "1d 2h"`,
  ],
  [
    "backups_programinitiated: { maxage: 2h, request: ../x }",
    `2:52: "${P}.request" must not leave data/ with ..`,
  ],
  [
    "backups_programinitiated: { maxage: 2h, request: x\\ }",
    `2:52: "${P}.request" must not end with a backslash`,
  ],
  [
    "backups_programinitiated: { maxage: 2h, oncalendar: daily }",
    `2:43: Unknown key "oncalendar" in "${P}"`,
  ],
];

for (const [text, ...expected] of WRONG) {
  Deno.test(`a backup plugin refuses ${text}`, () => {
    const found = load(text);
    assert.ok(Array.isArray(found), JSON.stringify(found));
    assert.deepEqual([...found].sort(), expected.map((problem) => `appinfo.yml:${problem}`).sort());
  });
}
