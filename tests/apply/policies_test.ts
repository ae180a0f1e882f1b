import assert from "node:assert/strict";
import { type Policies, settlePolicies } from "../../src/apply/policies.ts";
import { checkConfig } from "../../src/config/check_config.ts";
import { parseYaml } from "../../src/config/yaml.ts";
import { aPolicy } from "../support/backup.ts";
import { type Answer, FAKE_USER, FakeSystem } from "../support/fake_system.ts";

const POLICY = aPolicy({ oncalendar: "Mon,Thu 03:00", maxAgeMs: null });

const APPINFO =
  'plugins:\n  backups_scheduled:\n    oncalendar: "Mon,Thu 03:00"\n  upgrade_scheduled: { oncalendar: weekly }\n  neighbours_watch: { reload: [web.service, gone.service] }\n';
const BACKUP = "backup: { repository: /srv/restic, passwordfile: .password }\n";

function settle(
  answer: Answer,
  { asked = {}, config = BACKUP, usesNeighbours = true }: {
    asked?: Partial<Policies>;
    config?: string;
    usesNeighbours?: boolean;
  } = {},
) {
  const system = new FakeSystem().program("systemd-analyze", () => answer);
  const text = new TextEncoder().encode(`definition: { repository: /srv/web.git }\n${config}`);
  return settlePolicies(system, { backup: POLICY, upgrade: null, watch: null, ...asked }, {
    units: [{ name: "web.service" }],
    usesNeighbours,
    config: checkConfig(text, { file: "config.yml", user: FAKE_USER }),
    appinfo: parseYaml(APPINFO, "appinfo.yml"),
  });
}

/** What systemd 252 and 257 print. */
const ANSWERS = ["       Iter. #", "   Iteration #"].map((label) => ({
  stdout: [
    "  Original form: Mon,Thu 03:00",
    "Normalized form: Mon,Thu *-*-* 03:00:00",
    "    Next elapse: Mon 2026-11-23 03:00:00 UTC",
    "       From now: 11h left",
    `${label}2: Thu 2026-11-26 03:00:00 UTC`,
    "       From now: 3 days left",
    `${label}3: Mon 2026-11-30 03:00:00 UTC`,
    "       From now: 1 week left",
    "",
  ].join("\n"),
}));

for (const [at, answer] of ANSWERS.entries()) {
  Deno.test(`settlePolicies() lets a backup become two hours older than the largest gap (${at})`, async () => {
    assert.equal((await settle(answer)).backup?.maxAgeMs, (4 * 24 + 2) * 3_600_000);
  });
}

Deno.test("settlePolicies() refuses what systemd cannot read, at its place", async () => {
  await assert.rejects(settle({ code: 1, stderr: "Failed to parse" }), {
    exit: "invalid",
    message:
      'appinfo.yml:3:17: "plugins.backups_scheduled.oncalendar" must be a calendar expression as systemd.time(7) describes them',
  });
});

for (const elapses of ["never", "Mon 2026-11-23 03:00:00 UTC"]) {
  Deno.test(`settlePolicies() refuses a calendar that elapses at ${elapses} and then no more`, async () => {
    await assert.rejects(settle({ stdout: `    Next elapse: ${elapses}\n` }), /must elapse again and again/);
  });
}

Deno.test("settlePolicies() wants to know where backups go, and says so with everything else", async () => {
  await assert.rejects(settle({ code: 1 }, { config: "" }), (error: Error) => {
    assert.match(
      error.message,
      /^config\.yml: Missing key "backup": the definition loads backups_scheduled/m,
    );
    assert.match(error.message, /^appinfo\.yml:3:17/m);
    return true;
  });
});

Deno.test("settlePolicies() asks systemd nothing where the application itself asks for backups", async () => {
  const backup = aPolicy({ plugin: "backups_programinitiated", oncalendar: null, maxAgeMs: 1 });
  assert.deepEqual(await settle({ code: 1 }, { asked: { backup } }), { backup, upgrade: null, watch: null });
});

const WEEKLY = { oncalendar: "weekly", widen: false };

Deno.test("settlePolicies() needs no place for backups where there are none", async () => {
  const found = await settle(ANSWERS[0]!, { asked: { backup: null, upgrade: WEEKLY }, config: "" });
  assert.deepEqual(found, { backup: null, upgrade: WEEKLY, watch: null });
});

Deno.test("settlePolicies() refuses what systemd cannot read of both, each at its place", async () => {
  await assert.rejects(settle({ code: 1 }, { asked: { upgrade: WEEKLY } }), {
    exit: "invalid",
    message: [
      'appinfo.yml:3:17: "plugins.backups_scheduled.oncalendar" must be a calendar expression as systemd.time(7) describes them',
      'appinfo.yml:4:36: "plugins.upgrade_scheduled.oncalendar" must be a calendar expression as systemd.time(7) describes them',
    ].join("\n"),
  });
});

Deno.test("settlePolicies() refuses to watch neighbours of which nothing is made, and to reload what is not there", async () => {
  const watching = (reload: readonly string[] | null, usesNeighbours: boolean) =>
    settle({}, { asked: { backup: null, watch: { reload } }, usesNeighbours });
  assert.deepEqual((await watching(["web.service"], true)).watch, { reload: ["web.service"] });
  assert.deepEqual((await watching(null, true)).watch, { reload: null });
  await assert.rejects(watching(null, false), {
    exit: "invalid",
    message:
      "appinfo.yml:5:3: neighbours_watch has nothing to watch for: neither appinfo.yml nor a template says it.neighbours",
  });
  await assert.rejects(watching(["web.service", "gone.service"], true), {
    message:
      'appinfo.yml:5:45: "plugins.neighbours_watch.reload" names gone.service, but no file under templates/ makes that unit',
  });
});
