import assert from "node:assert/strict";
import { NOTHING_TO_DO } from "../../../src/plan/actions.ts";
import type { UpgradePreview } from "../../../src/upgrade/preview/upgrade_preview.ts";
import { printUpgrade, type PrintUpgradeOptions } from "../../../src/upgrade/preview/print_upgrade.ts";
import { upgradeToJson } from "../../../src/upgrade/preview/upgrade_json.ts";
import { Output } from "../../../src/ui/output.ts";
import { displayWidth } from "../../../src/ui/text.ts";
import { MemorySink } from "../../support/terminal.ts";
import { commit, everything, NEW, OLD } from "./preview_fixture.ts";

function shown(
  preview: UpgradePreview,
  options: Partial<PrintUpgradeOptions> = {},
  sink: ConstructorParameters<typeof MemorySink>[0] = {},
) {
  const stdout = new MemorySink(sink);
  const stderr = new MemorySink();
  printUpgrade(new Output({ stdout, stderr, color: false }), preview, { applies: false, ...options });
  assert.equal(stderr.text, "");
  return stdout.text;
}

Deno.test("printUpgrade() shows everything that an upgrade would do", async () => {
  const golden = new URL("everything.txt", import.meta.url);
  assert.equal(shown(everything()), await Deno.readTextFile(golden));
});

Deno.test("printUpgrade() fits a terminal, diffs aside", () => {
  const [steps, ...rest] = shown(everything(), {}, { terminal: true, columns: 50 }).split("\nUnits to start");
  const commits = steps!.slice(0, steps!.indexOf("\nSteps"));
  const lines = [commits, ...rest].join("\n").split("\n").filter((line) =>
    !line.includes("ppm upgrade --apply")
  );
  assert.deepEqual(lines.filter((line) => displayWidth(line) > 50), []);
});

/** What the first line says of versions and commits. */
const HEADLINES: readonly (readonly [changes: Partial<UpgradePreview>, line: string])[] = [
  [{}, "web 1 → 2: 2 commits on the branch main"],
  [{ commits: [commit("One")] }, "web 1 → 2: 1 commit on the branch main"],
  [{ to: { commit: NEW, version: "1", name: "the tag v2" } }, "web 1: 2 commits up to the tag v2"],
  [
    { commits: [], to: { commit: OLD, version: "1", name: "the branch main" } },
    "web 1: no new commits on the branch main",
  ],
  [
    { commits: [], to: { commit: NEW, version: "0", name: "the tag v0" } },
    "web 1 → 0: from the commit 000000000000 to 1a2b3c4d5e6f, the tag v0",
  ],
];

for (const [changes, line] of HEADLINES) {
  Deno.test(`printUpgrade() begins with "${line}"`, () => {
    assert.equal(shown({ ...everything(), ...changes }).split("\n")[0], line);
  });
}

/** What is said of what to type next. */
const NEXT: readonly (readonly [
  what: string,
  changes: Partial<UpgradePreview["plan"]>,
  options: Partial<PrintUpgradeOptions>,
  next: string | undefined,
])[] = [
  ["to restart what runs with the old files", { restart: ["web.service"] }, {}, "ppm setup && ppm restart"],
  ["to start what does not run", { restart: [], running: false }, {}, "ppm setup && ppm start"],
  ["nothing more where all goes on", { restart: [], running: true }, {}, "ppm setup"],
  ["to upgrade where the clone stays", {}, { dryRun: true }, "ppm upgrade && ppm setup && ppm restart"],
  ["nothing where it is done at once", {}, { applies: true }, undefined],
  ["nothing where there is nothing to do", { actions: [] }, {}, undefined],
];

Deno.test("printUpgrade() names --retry where the newest commit is left alone", () => {
  const last = /^Or all at once, .*: (.*)$/m.exec(shown(everything(), { retry: true }))?.[1];
  assert.match(last ?? "", /^ppm upgrade --apply --retry [0-9a-f]{12}$/);
});

for (const [what, changes, options, next] of NEXT) {
  Deno.test(`printUpgrade() says ${what}`, () => {
    const preview = everything();
    const text = shown({ ...preview, plan: { ...preview.plan, ...changes } }, options);
    assert.equal(/^Next: (.*)$/m.exec(text)?.[1], next);
    assert.equal(text.includes("ppm upgrade --apply"), next !== undefined);
  });
}

Deno.test("printUpgrade() lists thirty commits, and says how to see the others where the clone has them", () => {
  const preview = {
    ...everything(),
    commits: Array.from({ length: 1000 }, (_, at) => commit(`Change ${at}`)),
  };
  assert.equal(shown(preview).match(/ Change \d+$/gm)?.length, 30);
  assert.ok(
    shown(preview).includes(
      "\nand 970 more: git -C ~/.ppm/definition log 000000000000..1a2b3c4d5e6f\n",
    ),
  );
  assert.ok(shown(preview, { dryRun: true }).includes("\nand 970 more\n"));
});

Deno.test("printUpgrade() says where nothing of the application changes", () => {
  const preview = { ...everything(), plan: NOTHING_TO_DO, restart: [], start: [], warnings: [], images: [] };
  assert.match(shown(preview), /^The application\n {2}goes on as it is: nothing of it changes$/m);
  assert.doesNotMatch(shown(everything()), /^The application$/m);
});

const HOSTILE = "\x1b[2J\x1b]0;title\x07\x9b31m\u202egnp.\u2066exe\r\nNext: rm -rf ~\t\u0301".padEnd(
  10_000,
  "x\u0301",
);

// deno-lint-ignore no-control-regex -- they are what must not be there
const HARMFUL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

Deno.test("printUpgrade() lets no stranger repaint the terminal, add a line or fill the screen", () => {
  const preview = everything();
  const text = shown({
    ...preview,
    to: { ...preview.to, name: HOSTILE, version: HOSTILE },
    commits: [commit(HOSTILE, { author: HOSTILE })],
    variables: [
      { kind: "new", name: "a", type: "string", description: HOSTILE, default: HOSTILE, configured: false },
      { kind: "changed", name: "b", type: null, default: { from: HOSTILE, to: HOSTILE }, configured: false },
    ],
    grants: [HOSTILE],
    warnings: [HOSTILE],
    images: [HOSTILE],
  }, { applies: true });
  assert.doesNotMatch(text, HARMFUL);
  assert.doesNotMatch(text, /^Next/m);
  assert.ok(text.length < 20_000, `${text.length}`);
});

Deno.test("printUpgrade() shows a diff without the escape sequences in it", () => {
  const preview = everything();
  const plan = {
    ...preview.plan,
    actions: preview.plan.actions.map((action) =>
      action.kind === "write-file" ? { ...action, content: new TextEncoder().encode(HOSTILE) } : action
    ),
  };
  assert.doesNotMatch(shown({ ...preview, plan }).replaceAll("\t", ""), HARMFUL);
});

Deno.test("upgradeToJson() has all of it under stable names, and strangers' words made harmless", () => {
  const report = upgradeToJson({ ...everything(), commits: [commit(`Use 2${HOSTILE}`)] });
  const text = JSON.stringify(report);
  const parsed = JSON.parse(text);
  assert.doesNotMatch(text, HARMFUL);
  assert.match(parsed.commits[0].subject, /^Use 2/);
  assert.deepEqual(Object.keys(parsed), [
    "app",
    "from",
    "to",
    "commits",
    "actions",
    "running",
    "restart",
    "start",
    "stop",
    "images",
    "variables",
    "grants",
    "warnings",
  ]);
  assert.deepEqual(parsed.from, { commit: OLD, version: "1", generation: 1 });
  assert.deepEqual(parsed.to, { commit: NEW, version: "2", name: "the branch main" });
  assert.deepEqual(
    [parsed.restart, parsed.start, parsed.stop, parsed.images],
    [["web.service"], ["worker.service"], [], ["reg.example.org/web:2"]],
  );
});
