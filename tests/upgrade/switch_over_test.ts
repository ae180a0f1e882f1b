import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import { switchOver } from "../../src/upgrade/switch_over.ts";
import { FakePodman } from "../support/fake_podman.ts";
import { anUpgradeScene, TWO } from "../support/upgrade_scene.ts";

const GOOD = { commit: TWO, web: "two" };
const BROKEN = { commit: TWO, web: "broken" };
const UNIT = ".config/systemd/user/web.service";

/** Up to here nothing of what stands is touched. */
const BEFORE_THE_SWITCH = [
  ...["write .ppm/generations/1/record.json", "find data", "restic snapshots"],
  ...["write .ppm/RECOVER.md", "write .ppm/snapshot.json", "restic backup hot", "write .ppm/backup.json"],
  ...["write .ppm/intent.json", "start ppm-recover.timer", "stop web.service db.service"],
  ...["write .ppm/snapshot.json", "restic backup good", "write .ppm/backup.json"],
];

/** From the journal of the switch to the new files. */
const SWITCH = [
  "start ppm-recover.timer",
  "write .ppm/spare",
  "write .ppm/switch.json (switching)",
  "remove .ppm/intent.json",
  "stop web.service", // whose files change; the snapshot has stopped it already
  "write .ppm/hold",
  ...["write .ppm/move.json", "checkout 2", "remove .ppm/move.json"],
  "write .ppm/manifest.json",
  `write ${UNIT}`,
  "daemon-reload",
  "write .ppm/generations/2/",
  "write .ppm/manifest.json",
  "write .ppm/switch.json (trial)",
  "remove .ppm/hold",
];

Deno.test("switchOver() does one thing after another, so that a kill anywhere leads back or is finished", async () => {
  const scene = await anUpgradeScene();
  const upgraded = await switchOver(scene.hands, await scene.upgradeTo(GOOD));
  deepStrictEqual(scene.events, [
    ...BEFORE_THE_SWITCH,
    ...SWITCH,
    ...["reset-failed web.service db.service", "restart web.service", "start db.service"],
    // The new generation is well: its record and what was accepted come before the one moment that makes it stand.
    ...["write .ppm/generations/2/record.json", "write .ppm/upgrades.json"],
    ...["remove .ppm/spare", "remove .ppm/switch.json"],
    ...["stop ppm-recover.timer", "write .ppm/manifest.json"],
  ]);
  const snapshot = scene.restic.snapshots.at(-1)?.id;
  deepStrictEqual(upgraded, { generation: 2, snapshot, tried: ["web.service", "db.service"] });
});

Deno.test("switchOver() leaves the new generation standing, with its record, and tells the neighbours when", async () => {
  const scene = await anUpgradeScene();
  const { snapshot } = await switchOver(scene.hands, await scene.upgradeTo(GOOD, { scheduled: true }));
  match(scene.text(UNIT), /two/);
  strictEqual(scene.text("data/page"), "x");
  strictEqual(scene.git.head, TWO);
  deepStrictEqual([scene.manifest().generation, scene.manifest().newest], [2, 2]);
  const { by, outcome, previous } = scene.record(2);
  deepStrictEqual({ by, outcome, previous, snapshot: scene.record(2).snapshot }, {
    by: "timer",
    outcome: "done",
    previous: 1,
    snapshot,
  });
  deepStrictEqual(scene.upgrades(), {
    version: 1,
    accepted: { commit: TWO, revision: null },
    quarantine: [],
    upgraded: scene.hands.clock.now(),
  });
  match(scene.system.files["/var/lib/ppm/state/app/state.yml"] ?? "", /upgrade: ['"]?2026-01-02T03:0/);
  ok(scene.manager.active.has("web.service"));
});

Deno.test("switchOver() does not let the new generation be tried for less than ten seconds", async () => {
  const scene = await anUpgradeScene();
  const begin = scene.hands.clock.now();
  await switchOver(scene.hands, await scene.upgradeTo(GOOD));
  ok(scene.hands.clock.now() - begin >= 10_000);
});

Deno.test("switchOver() starts what the snapshot has stopped, and nothing that was stopped before", async () => {
  const scene = await anUpgradeScene({ stopped: ["db.service"] });
  const { tried } = await switchOver(scene.hands, await scene.upgradeTo(GOOD));
  deepStrictEqual(tried, ["web.service"]);
  ok(!scene.manager.active.has("db.service"));
});

Deno.test("switchOver() starts nothing where nothing ran, and says so", async () => {
  const scene = await anUpgradeScene({ stopped: ["web.service", "db.service"] });
  const { tried, snapshot, generation } = await switchOver(scene.hands, await scene.upgradeTo(GOOD));
  deepStrictEqual([tried, generation, snapshot === null], [[], 2, false]);
  ok(!scene.events.some((event) => /^(re)?start (?!ppm-)/.test(event)), scene.events.join("\n"));
  match(scene.stderr.text, /The application was stopped, and stays so/);
  strictEqual(scene.record(2).outcome, "done");
});

Deno.test("switchOver() goes back to files, commit and data where the new generation is not well", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo(BROKEN);
  await rejects(switchOver(scene.hands, job), (error) => {
    ok(error instanceof UserError, String(error));
    deepStrictEqual([error.exit, error.message.split("\n").slice(0, 3)], ["rolledBack", [
      "Cannot upgrade to 222222222222: generation 1 is back",
      'Cannot start "web": not up: web.service',
      "web.service: failed (exit-code)",
    ]]);
    match(error.message, /\nThe data that the new version has left is kept as data\.failed-20260102T03/);
    match(error.hint ?? "", /ppm upgrade --apply --retry 222222222222$/);
    return true;
  });
  match(scene.text(UNIT), /one/);
  strictEqual(scene.text("data/page"), "restored");
  strictEqual(scene.git.head, "1".repeat(40));
  deepStrictEqual([scene.manifest().generation, scene.manifest().newest], [1, 2]);
  deepStrictEqual([scene.manager.active.has("web.service"), scene.manager.active.has("db.service")], [
    true,
    true,
  ]);
  const { outcome, failedData, message } = scene.record(2);
  deepStrictEqual([outcome, failedData], ["failed", "data.failed-20260102T030405Z"]);
  match(message ?? "", /^Cannot start "web"/);
  const [entry, ...more] = scene.upgrades().quarantine;
  deepStrictEqual([entry?.commit, entry?.why, more], [
    TWO,
    'it failed: Cannot start "web": not up: web.service',
    [],
  ]);
  deepStrictEqual([scene.upgrades().accepted, scene.upgrades().upgraded], [null, null]);
});

Deno.test("switchOver() goes back one thing after another: stop, data, commit, files, start, records", async () => {
  const scene = await anUpgradeScene();
  await rejects(switchOver(scene.hands, await scene.upgradeTo(BROKEN)));
  const from = scene.events.indexOf("remove .ppm/hold") + 4;
  const events = scene.events.map((event) => event.replace(/data\.restore-[0-9a-f]{8}/, "data.restore"));
  deepStrictEqual(events.slice(from), [
    "remove .ppm/spare",
    "write .ppm/switch.json (returning)",
    "write .ppm/hold",
    ...["start ppm-recover.timer", "stop db.service"],
    ...["restic snapshots", "restic ls", "restic restore", "find data", "write .ppm/backup.json"],
    ...["write .ppm/swap.json", "write .ppm/switch.json (returning)"],
    "rename data to data.failed-20260102T030405Z",
    "rename data.restore/data to data",
    "remove .ppm/swap.json",
    "write .ppm/switch.json (returning)",
    ...["write .ppm/move.json", "checkout 1", "remove .ppm/move.json"],
    "write .ppm/manifest.json",
    `write ${UNIT}`,
    ...["daemon-reload", "write .ppm/manifest.json"],
    "remove .ppm/hold",
    ...["reset-failed web.service db.service", "start web.service db.service"],
    ...["write .ppm/generations/2/record.json", "write .ppm/generations/1/record.json"],
    "write .ppm/upgrades.json",
    "remove .ppm/switch.json",
    "stop ppm-recover.timer",
  ]);
});

Deno.test("switchOver() leaves the data alone where nothing of the new generation has run", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo(GOOD);
  const write = scene.system.writeFile.bind(scene.system);
  scene.system.writeFile = (path, content, mode) => {
    if (path.endsWith(UNIT) && String(new TextDecoder().decode(content as Uint8Array)).includes("two")) {
      throw new UserError("Cannot write web.service: no space left on device");
    }
    write(path, content, mode);
  };
  await rejects(switchOver(scene.hands, job), { name: "UserError", exit: "rolledBack" });
  strictEqual(scene.text("data/page"), "x");
  ok(!scene.events.includes("restic restore"));
  strictEqual(scene.system.lstat("/home/app/.ppm/generations/2"), undefined);
  deepStrictEqual(scene.upgrades().quarantine.map(({ commit }) => commit), [TWO]);
  deepStrictEqual(scene.manifest().generation, 1);
  ok(scene.manager.active.has("web.service"));
});

Deno.test("switchOver() puts no data back where it took no snapshot", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo({ ...BROKEN, backedUp: false });
  await rejects(switchOver(scene.hands, job), (error) => {
    ok(error instanceof UserError);
    strictEqual(error.exit, "rolledBack");
    ok(!error.message.includes("data"), error.message);
    return true;
  });
  ok(!scene.events.some((event) => event.startsWith("restic")));
  strictEqual(scene.record(2).snapshot, null);
  strictEqual(scene.text("data/page"), "x");
});

Deno.test("switchOver() tries what an interrupted run has put in place, though no plan has it any more", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo({ commit: TWO, web: "one" });
  const upgraded = await switchOver(scene.hands, { ...job, manifest: { ...job.manifest, pending: {} } });
  deepStrictEqual(upgraded.tried, ["web.service", "db.service"]);
  ok(upgraded.snapshot !== null);
});

Deno.test("switchOver() stops, tries and asks nothing where nothing of the application changes", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo({ commit: TWO, web: "one" });
  const upgraded = await switchOver(scene.hands, job);
  deepStrictEqual(upgraded, { generation: 2, snapshot: null, tried: [] });
  deepStrictEqual(scene.events, [
    ...["write .ppm/move.json", "checkout 2", "remove .ppm/move.json"],
    ...["write .ppm/manifest.json", "write .ppm/generations/2/", "write .ppm/manifest.json"],
    "write .ppm/upgrades.json",
    "write .ppm/manifest.json",
  ]);
  deepStrictEqual([scene.record(2).outcome, scene.record(2).by, scene.record(2).previous], [
    "done",
    "upgrade",
    1,
  ]);
  deepStrictEqual(scene.upgrades().accepted, { commit: TWO, revision: null });
  strictEqual(scene.upgrades().upgraded, scene.hands.clock.now());
});

Deno.test("switchOver() starts the old target again where the new one is called otherwise", async () => {
  const scene = await anUpgradeScene();
  const job = await scene.upgradeTo({ ...BROKEN, mainunit: "site" });
  await rejects(switchOver(scene.hands, job), { exit: "rolledBack" });
  ok(scene.events.includes("start site.target db.service"), scene.events.join("\n"));
  ok(scene.events.includes("start web.target web.service db.service"), scene.events.join("\n"));
});

Deno.test("switchOver() gives a generation the next number, whatever was left in between", async () => {
  const scene = await anUpgradeScene();
  await rejects(switchOver(scene.hands, await scene.upgradeTo(BROKEN)));
  const again = { commit: "3".repeat(40), web: "three" };
  const { generation } = await switchOver(scene.hands, await scene.upgradeTo(again));
  strictEqual(generation, 3);
  strictEqual(scene.record(3).previous, 1);
  deepStrictEqual(scene.upgrades().quarantine.map(({ commit }) => commit), [TWO], "still left alone");
});

Deno.test("switchOver() writes down which images the new generation was well with", async () => {
  const image = "example.org/web:2";
  const scene = await anUpgradeScene();
  scene.system.program("podman", new FakePodman({}, { [image]: "new" }).run);
  await switchOver(scene.hands, await scene.upgradeTo({ ...GOOD, image }));
  deepStrictEqual(scene.record(2).images.map(({ name, id }) => [name, id]), [[image, "new"]]);
});
