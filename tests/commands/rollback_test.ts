import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { updateGenerationRecord } from "../../src/apply/generation_record.ts";
import { runPpm } from "../support/run_ppm.ts";
import { anUpgradeScene, SAVED, TWO } from "../support/upgrade_scene.ts";

/** Generation 2 stands, made by an upgrade that has saved the data of 1. */
async function aServer({ web = "two" } = {}) {
  const scene = await anUpgradeScene();
  await scene.setUp({ commit: TWO, web });
  updateGenerationRecord(scene.system, 2, { previous: 1, snapshot: SAVED });
  return { ...scene, ppm: (line: string) => runPpm(line, { system: scene.system }) };
}

/** Everything but what only says who has looked. */
function withoutLock(files: Record<string, string>): Record<string, string> {
  const { "/home/app/.ppm/lock": _, ...rest } = files;
  return rest;
}

Deno.test("ppm rollback goes back to the generation before, and says so", async () => {
  const { ppm, manifest, text } = await aServer();
  const { code, stdout, stderr } = await ppm("rollback");
  deepStrictEqual([code, stdout], [0, ""], stderr);
  match(stderr, /Stopping web\.service, db\.service\n/);
  match(stderr, /web one \(111111111111\) stands again: generation 1\n/);
  deepStrictEqual([manifest().generation, text("data/page")], [1, "x"]);
});

Deno.test("ppm rollback N goes to that one, forward as well", async () => {
  const { ppm, manifest } = await aServer();
  strictEqual((await ppm("rollback 1")).code, 0);
  strictEqual((await ppm("rollback 2")).code, 0);
  strictEqual(manifest().generation, 2);
});

Deno.test("ppm rollback N does nothing where it stands as it should, and mends it where it does not", async () => {
  const { ppm, system, text } = await aServer();
  const { code, stderr } = await ppm("rollback 2");
  strictEqual(code, 0);
  match(stderr, /Nothing to do: generation 2 stands as it should/);
  ok(!system.commands.some((line) => line.includes(" stop ")));
  system.addFile("/home/app/.config/systemd/user/web.service", "edited");
  strictEqual((await ppm("rollback 2")).code, 0);
  match(text(".config/systemd/user/web.service"), /two/);
});

Deno.test("ppm rollback --with-data puts the data back, and names where the other is", async () => {
  const { ppm, text } = await aServer();
  const { code, stderr } = await ppm("rollback --with-data");
  strictEqual(code, 0, stderr);
  match(stderr, /What stood at data\/ is kept as data\.before-20260102T030405Z/);
  strictEqual(text("data/page"), "restored");
});

Deno.test("ppm rollback N --with-data puts the data back though the generation stands", async () => {
  const { ppm, system, text } = await aServer();
  updateGenerationRecord(system, 1, { previous: 2, snapshot: SAVED });
  strictEqual((await ppm("rollback 2 --with-data")).code, 0);
  strictEqual(text("data/page"), "restored");
});

Deno.test("ppm rollback --dry-run shows all that it would do, and does nothing", async () => {
  const { ppm, system } = await aServer();
  const before = withoutLock(system.files);
  const { code, stdout } = await ppm("rollback --dry-run --with-data");
  strictEqual(code, 0);
  match(stdout, /^Back to generation 1, web one \(111111111111\), from 2\n/);
  match(stdout, /put data\/ back from the snapshot 55555555, and keep what stands there aside\n/);
  match(stdout, /write \.config\/systemd\/user\/web\.service/);
  deepStrictEqual(withoutLock(system.files), before);
  ok(!system.commands.some((line) => / (stop|start|restart|checkout|restore) /.test(line)));
});

Deno.test("ppm rollback --json tells what was done, and with --dry-run what would be", async () => {
  const { ppm } = await aServer();
  const { plan, ...job } = JSON.parse((await ppm("rollback --dry-run --json")).stdout);
  deepStrictEqual(job, { from: 2, to: 1, snapshot: null });
  ok(JSON.stringify(plan).includes("web.service"));
  const done = JSON.parse((await ppm("rollback --json --with-data")).stdout);
  deepStrictEqual(done, {
    from: 2,
    to: 1,
    snapshot: SAVED,
    keptData: "data.before-20260102T030405Z",
    well: true,
  });
});

Deno.test("ppm rollback fails where the generation that stands again is not well", async () => {
  const scene = await anUpgradeScene({ first: { web: "broken" } });
  await scene.setUp({ commit: TWO, web: "two" });
  const { code, stderr, stdout } = await runPpm("rollback --json", { system: scene.system });
  strictEqual(code, 1);
  match(stderr, /error: Cannot start "web": not up: web\.service/);
  match(stderr, /Back to what stood before: ppm rollback 2/);
  ok(!stderr.includes("--with-data"), "no upgrade has saved the data");
  strictEqual(JSON.parse(stdout).well, false);
  strictEqual(scene.manifest().generation, 1);
});

for (const word of ["0", "x", "1.5", "-1", "1234567890"]) {
  Deno.test(`ppm rollback takes "${word}" for no generation`, async () => {
    const { code } = await (await aServer()).ppm(`rollback ${word}`);
    strictEqual(code, 2);
  });
}

Deno.test("ppm rollback says what there is not: a generation, its data, its commit", async () => {
  const { ppm, system, git } = await aServer();
  const refused = async (line: string) => {
    const { code, stderr } = await ppm(line);
    strictEqual(code, 1);
    return stderr;
  };
  match(await refused("rollback 7"), /Cannot go back to generation 7: there is none\n.*ppm history/);
  match(await refused("rollback 2 --with-data"), /generation 2 with its data: no upgrade has saved it/);
  git.history = [TWO];
  match(
    await refused("rollback"),
    /the clone does not have its commit 111111111111\n.*ppm upgrade, then ppm rollback/,
  );
  ok(!system.commands.some((line) => line.includes(" stop ")));
});

Deno.test("ppm rollback --with-data refuses before anything is stopped where the repository has lost the snapshot", async () => {
  const { ppm, system, restic } = await aServer();
  restic.snapshots = restic.snapshots.filter(({ id }) => id !== SAVED);
  const { code, stderr } = await ppm("rollback --with-data");
  strictEqual(code, 6, stderr);
  ok(!system.commands.some((line) => line.includes(" stop ")));
});

Deno.test("ppm rollback refuses a clone with changes by hand, and stops nothing", async () => {
  const { ppm, system, git, manifest } = await aServer();
  git.changed = ["appinfo.yml"];
  const { code, stderr } = await ppm("rollback");
  strictEqual(code, 1);
  match(stderr, /files in it were changed by hand: appinfo\.yml/);
  ok(!system.commands.some((line) => line.includes(" stop ")));
  strictEqual(manifest().generation, 2);
});

Deno.test("ppm rollback --no-wait gives way to another ppm", async () => {
  const { ppm, system } = await aServer();
  system.tryLock("/home/app/.ppm/lock", "ppm backup, pid 7");
  strictEqual((await ppm("rollback --no-wait")).code, 5);
});

Deno.test("ppm rollback finishes first what was interrupted", async () => {
  const { ppm, interrupt, manifest, git } = await aServer();
  interrupt({ phase: "returning", goal: 1, other: 2, snapshot: null, why: "it fell over" });
  const { code, stderr } = await ppm("rollback 2");
  strictEqual(code, 0, stderr);
  match(stderr, /warning: Cannot upgrade to 222222222222: generation 1 is back/);
  deepStrictEqual([manifest().generation, git.head], [2, TWO]);
});

Deno.test("ppm rollback warns where config.yml is another one by now", async () => {
  const { ppm, system } = await aServer();
  const path = "/home/app/.ppm/generations/1/generation.json";
  const description = JSON.parse(system.files[path] ?? "");
  const config = { ...description.config, sha256: "1".repeat(64) };
  system.addFile(path, JSON.stringify({ ...description, config }));
  match((await ppm("rollback")).stderr, /warning: config\.yml is another one/);
  ok(!(await ppm("rollback 1")).stderr.includes("another one"));
});

Deno.test("ppm rollback needs something that was set up", async () => {
  const { code, stderr } = await runPpm("rollback");
  strictEqual(code, 1);
  match(stderr, /ppm setup/);
});
