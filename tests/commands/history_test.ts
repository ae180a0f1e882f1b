import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { updateGenerationRecord } from "../../src/apply/generation_record.ts";
import { file } from "../plan/plan_fixture.ts";
import { goBackTo, Machine, setUp } from "../apply/generations_scene.ts";
import { runPpm } from "../support/run_ppm.ts";

const ONE = "1".repeat(40);
const TWO = "2".repeat(40);
const THREE = "3".repeat(40);

/** Generation 1 by a setup, 2 by the timer and left, 3 failed; 1 stands again. */
async function aHistory(): Promise<Machine> {
  const system = new Machine();
  system.nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  await setUp(system, [file("a.conf", "one")], { commit: ONE });
  await setUp(system, [file("a.conf", "two")], {
    commit: TWO,
    record: { by: "timer", snapshot: "abcdef0123456789" },
  });
  await setUp(system, [file("a.conf", "three")], {
    commit: THREE,
    record: { by: "upgrade", outcome: "trial" },
  });
  await goBackTo(system, 1);
  updateGenerationRecord(system, 2, { left: { for: 1, time: "2026-01-05T00:00:00.000Z" } });
  updateGenerationRecord(system, 3, {
    outcome: "failed",
    message: "web.service is down\npassword=hunter2hunter2",
    failedData: "data.failed-20260102T030405Z",
  });
  return system;
}

Deno.test("ppm history lists the generations, the newest first, and marks the one that stands", async () => {
  const { code, stdout } = await runPpm("history", { system: await aHistory() });
  strictEqual(code, 0);
  deepStrictEqual(stdout.split("\n"), [
    "   GENERATION  TIME                     VERSION  COMMIT        OUTCOME                      SNAPSHOT",
    "   3           2026-01-02 03:04:05 UTC  1        333333333333  failed: web.service is down",
    "   2           2026-01-02 03:04:05 UTC  1        222222222222  left for 1 on 2026-01-05     abcdef01",
    "*  1           2026-01-02 03:04:05 UTC  1        111111111111  done, by setup",
    "",
  ]);
});

Deno.test("ppm history says of a generation that stands again how it was made, and not that it was left", async () => {
  const system = await aHistory();
  await goBackTo(system, 2);
  match((await runPpm("history", { system })).stdout, /^\* {2}2 .* done, by timer +abcdef01$/m);
});

Deno.test("ppm history --json tells everything: files with their hashes, messages whole, secrets hidden", async () => {
  const system = await aHistory();
  system.writeFile("/home/app/.ppm/secrets.yml", "dbpassword: hunter2hunter2\n", 0o600);
  const { stdout } = await runPpm("history --json", { system });
  const { standing, generations } = JSON.parse(stdout);
  strictEqual(standing, 1);
  const [third, second, first] = generations;
  deepStrictEqual([third.generation, third.stands, first.generation, first.stands], [3, false, 1, true]);
  match(third.message, /^web\.service is down\npassword=.*dbpassword/);
  ok(!stdout.includes("hunter2"));
  deepStrictEqual([third.outcome, third.by, third.failedData], [
    "failed",
    "upgrade",
    "data.failed-20260102T030405Z",
  ]);
  deepStrictEqual(second.left, { for: 1, time: "2026-01-05T00:00:00.000Z" });
  deepStrictEqual([second.snapshot, second.images], ["abcdef0123456789", []]);
  strictEqual(first.description.source.commit, ONE);
  strictEqual(first.description.files["a.conf"].sha256, file("a.conf", "one").sha256);
});

Deno.test("ppm history shows a generation that is damaged as one that nobody can go back to, and what one on trial is", async () => {
  const system = await aHistory();
  system.writeFile("/home/app/.ppm/generations/2/generation.json", "{", 0o600);
  updateGenerationRecord(system, 3, { outcome: "trial" });
  const { code, stdout } = await runPpm("history", { system });
  strictEqual(code, 0);
  match(stdout, /^ +2 .*damaged: there is no way back to it/m);
  match(stdout, /^ +3 .*on trial, by upgrade/m);
  strictEqual(
    JSON.parse((await runPpm("history --json", { system })).stdout).generations[1].description,
    null,
  );
});

Deno.test("ppm history asks no program, needs no config.yml, and says where there is nothing yet", async () => {
  const system = await aHistory();
  const before = system.commands.length;
  await runPpm("history", { system });
  strictEqual(system.commands.length, before);
  const none = await runPpm("history");
  strictEqual(none.code, 1);
  match(none.stderr, /nothing was set up yet[\s\S]*ppm setup/);
});
