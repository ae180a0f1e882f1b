import assert from "node:assert/strict";
import { housekeeping } from "../../src/backup/housekeeping.ts";
import { writeLineage } from "../../src/backup/lineage.ts";
import { type BackupRecord, readRecord, updateRecord } from "../../src/backup/record.ts";
import type { Snapshot } from "../../src/backup/snapshot.ts";
import { identityOf } from "../../src/backup/tags.ts";
import { checkConfig } from "../../src/config/check_config.ts";
import { UserError } from "../../src/errors.ts";
import { Output } from "../../src/ui/output.ts";
import { aPolicy, aRecord } from "../support/backup.ts";
import { FAKE_USER, FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";
import { aClaim, aSnapshot, at, FakeRestic } from "../support/snapshots.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

const NOW = at("2026-03-31T04:00");
const DAY_MS = 86_400_000;
const IDENTITY = await identityOf(aManifest());

interface Scene {
  readonly snapshots?: readonly Snapshot[];
  readonly record?: Partial<BackupRecord>;
  readonly policy?: Parameters<typeof aPolicy>[0];
  readonly prune?: boolean;
}

/** A server whose claim stands, in the night after a good backup. */
function scene({ snapshots = [], record = {}, policy = {}, prune }: Scene = {}) {
  const claim = aClaim("a", 1, { identity: IDENTITY });
  const own = snapshots.map((each) =>
    each.identity.instance === "web" ? { ...each, identity: IDENTITY } : each
  );
  const restic = new FakeRestic([claim, ...own]);
  const system = new FakeSystem().program("restic", restic.run);
  system.nowMs = NOW - 100 * DAY_MS;
  system.addFile("/home/app/.restic-password", "secret", 0o600);
  system.makeDirectory("/home/app/.ppm", 0o700);
  const repository = { id: restic.id, location: "/srv/restic" };
  writeLineage(system, { version: 1, lineage: "a", counter: 1, claimed: true, fresh: false, repository });
  const read = { next: 2, of: 7, time: NOW, cycleStart: NOW };
  updateRecord(system, { ...aRecord(NOW - 3_600_000), mine: [claim.id], check: read, ...record });
  const stderr = new MemorySink();
  const hands = {
    system,
    clock: new FakeClock(NOW),
    output: new Output({ stdout: new MemorySink(), stderr }),
  };
  const config = checkConfig(
    `definition: { repository: "https://git.example.org/web.git" }
backup: { repository: /srv/restic, passwordfile: .restic-password${
      prune === undefined ? "" : `, prune: ${prune}`
    } }`,
    { file: "config.yml", user: FAKE_USER },
  );
  const run = () => housekeeping(hands, { manifest: aManifest({ backup: aPolicy(policy) }), config });
  return { run, restic, system, stderr };
}

/** Returns restic's answer to a dry run that would remove `gone`. */
function wouldRemove(gone: readonly Snapshot[]) {
  const remove = gone.map(({ id }) => ({
    id,
    time: "2026-01-01T00:00:00Z",
    paths: ["/data"],
    hostname: "web",
    tags: [],
  }));
  return {
    stdout: JSON.stringify([{ tags: null, host: "web", paths: null, keep: [], remove, reasons: [] }]),
  };
}

function daily(days: number): readonly Snapshot[] {
  return Array.from(
    { length: days },
    (_, age) => aSnapshot("good", new Date(NOW - 3_600_000 - age * DAY_MS).toISOString().slice(0, 16)),
  );
}

const LOCKED = {
  code: 11,
  stderr: "unable to create lock in backend: repository is already locked by PID 7 on nas\n",
};

Deno.test("housekeeping() does nothing on the day after it did everything, beside forgetting what was hot", async () => {
  const hot = aSnapshot("hot", "2026-03-31T02:50");
  const { run, restic } = scene({ snapshots: [...daily(3), hot] });
  await run();
  assert.deepEqual(restic.commands.map((each) => each.split(" ")[0]), ["snapshots", "forget"]);
  assert.equal(restic.commands[1], `forget -- ${hot.id}`);
});

Deno.test("housekeeping() forgets weekly exactly what restic's rule lets go, by id, and then prunes", async () => {
  const good = daily(40);
  const gone = good.slice(20);
  const { run, restic, system } = scene({
    snapshots: good,
    record: { forgetTime: NOW - 7 * DAY_MS, prunedTime: null },
  });
  restic.answers.forget = (args) => args.includes("--dry-run") ? wouldRemove(gone) : {};
  await run();
  const [, plan, forget, prune] = restic.commands;
  assert.match(
    plan ?? "",
    /^forget --dry-run .*--host=web --tag=ppm,ppm-app=web,ppm-definition=\w{12},ppm-good --group-by=host --keep-daily=7 --keep-weekly=4 --keep-monthly=6$/,
  );
  assert.equal(forget, `forget -- ${gone.map(({ id }) => id).join(" ")}`);
  assert.equal(prune, "prune");
  assert.equal(readRecord(system).forgetTime, NOW);
  assert.equal(readRecord(system).prunedTime, NOW);
});

Deno.test("housekeeping() refuses to forget too much, forgets nothing then, and goes on to read the repository", async () => {
  const good = daily(40);
  const { run, restic, system } = scene({ snapshots: good, record: { forgetTime: 0, check: null } });
  restic.answers.forget = () => wouldRemove(good.slice(1));
  await assert.rejects(run(), (error) => error instanceof UserError && error.exit === "refused");
  assert.equal(restic.commands.filter((each) => each.startsWith("forget")).length, 1);
  assert.equal(readRecord(system).forgetTime, 0);
  assert.match(readRecord(system).fault?.message ?? "", /^Cannot forget old snapshots/);
  assert.equal(readRecord(system).check?.next, 2);
});

Deno.test("housekeeping() lets no good one go while something newer is in doubt, or the last run was not good", async () => {
  const suspect = aSnapshot("suspect", "2026-03-31T03:30");
  const doubtful = scene({ snapshots: [...daily(40), suspect], record: { forgetTime: 0 } });
  await doubtful.run();
  const { last } = aRecord(NOW);
  const failed = scene({
    snapshots: daily(40),
    record: { forgetTime: 0, last: last && { ...last, kind: null, outcome: "backup" } },
  });
  await failed.run();
  for (const { restic, system, stderr } of [doubtful, failed]) {
    assert.ok(!restic.commands.some((each) => each.startsWith("forget")), restic.commands.join("\n"));
    assert.equal(readRecord(system).forgetTime, 0);
    assert.match(stderr.text, /Good snapshots are kept/);
  }
});

Deno.test("housekeeping() forgets nothing at all where everything is to be kept", async () => {
  const hot = aSnapshot("hot", "2026-03-01T02:50");
  const { run, restic } = scene({
    snapshots: [...daily(3), hot],
    policy: { keep: "all" },
    record: { forgetTime: 0 },
  });
  await run();
  assert.deepEqual(restic.commands.map((each) => each.split(" ")[0]), ["snapshots"]);
});

Deno.test("housekeeping() forgets nothing on a server whose claim does not stand", async () => {
  const { run, restic } = scene({
    snapshots: [...daily(3), aSnapshot("hot", "2026-03-01T02:50"), aClaim("b", 2)],
  });
  await assert.rejects(run(), (error) => error instanceof UserError && error.exit === "refused");
  assert.ok(!restic.commands.some((each) => /^(forget|prune)/.test(each)));
});

Deno.test("housekeeping() prunes where it is told to, or is alone in the repository", async () => {
  const other = aSnapshot("good", "2026-03-01T03:00", { identity: { ...IDENTITY, instance: "other" } });
  const cases = [
    [undefined, [], true],
    [undefined, [other], false],
    [true, [other], true],
    [false, [], false],
  ] as const;
  for (const [prune, others, expected] of cases) {
    const { run, restic } = scene({
      snapshots: [...daily(3), ...others],
      record: { prunedTime: null },
      ...(prune === undefined ? {} : { prune }),
    });
    await run();
    assert.equal(restic.commands.includes("prune"), expected, `prune: ${prune}, ${others.length} others`);
  }
});

Deno.test("housekeeping() reads the parts that are due, and records each: a kill loses none", async () => {
  const { run, restic, system } = scene({
    record: { check: { next: 2, of: 7, time: 0, cycleStart: NOW - 3 * DAY_MS } },
  });
  restic.answers.check = (args) =>
    args.at(-1) === "--read-data-subset=4/7"
      ? { code: 1, stderr: "connection refused\n" }
      : { stdout: "no errors were found\n" };
  await assert.rejects(run());
  assert.deepEqual(restic.commands.filter((each) => each.startsWith("check")), [
    "check --read-data-subset=2/7",
    "check --read-data-subset=3/7",
    "check --read-data-subset=4/7",
  ]);
  assert.equal(readRecord(system).check?.next, 4);
});

Deno.test("housekeeping() says of a damaged repository what to do, and reads that part again", async () => {
  const { run, restic, system } = scene({ record: { check: null } });
  restic.answers.check = () => ({
    code: 1,
    stderr: "Pack ID does not match, want 1, got 2\nFatal: repository contains errors\n",
  });
  await assert.rejects(run(), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.exit, "backup");
    assert.match(error.message, /^Cannot trust the repository: part 1 of 7 is damaged/);
    assert.match(error.hint ?? "", /Copy the repository as it is.*\n.*077_troubleshooting/);
    return true;
  });
  assert.equal(readRecord(system).check, null);
  assert.match(readRecord(system).fault?.message ?? "", /damaged/);
});

Deno.test("housekeeping() forgets a fault that is over", async () => {
  const { run, system } = scene({ record: { fault: { time: 1, message: "x", hint: null } } });
  await run();
  assert.equal(readRecord(system).fault, null);
});

Deno.test("housekeeping() leaves for the next time what somebody else's lock keeps it from", async () => {
  const { run, restic, system, stderr } = scene({
    snapshots: [...daily(3), aSnapshot("hot", "2026-03-31T02:50")],
    record: { check: { next: 2, of: 7, time: NOW - DAY_MS, cycleStart: NOW - DAY_MS } },
  });
  restic.answers.forget = () => LOCKED;
  restic.answers.check = () => LOCKED;
  await run();
  assert.match(stderr.text, /^Forgetting is left for the next time: .*locked by PID 7/m);
  assert.match(stderr.text, /^Reading the repository is left for the next time: /m);
  assert.equal(readRecord(system).fault, null);
});

Deno.test("housekeeping() removes the lock that a dead restore has left, and goes on", async () => {
  const hot = aSnapshot("hot", "2026-03-31T02:50");
  const { run, restic } = scene({ snapshots: [...daily(3), hot] });
  let dead = true;
  restic.answers.forget = () => dead ? LOCKED : {};
  restic.answers.unlock = () => {
    dead = false;
    return { stdout: "successfully removed 1 locks\n" };
  };
  await run();
  assert.deepEqual(restic.commands.slice(-2), ["snapshots --json --no-lock", `forget -- ${hot.id}`]);
});

Deno.test("housekeeping() fails where a lock has kept it from its work for too long", async () => {
  const { run, restic } = scene({
    snapshots: [...daily(3), aSnapshot("hot", "2026-03-31T02:50")],
    record: { forgetTime: NOW - 15 * DAY_MS },
  });
  restic.answers.forget = () => LOCKED;
  await assert.rejects(run(), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.exit, "backup");
    assert.match(error.message, /^Forgetting does not come about: nothing was forgotten for 15 days; /);
    return true;
  });
});

Deno.test("housekeeping() forgets nothing good after a backup from which the application did not come up", async () => {
  const { last } = aRecord(NOW);
  const { run, restic } = scene({
    snapshots: daily(40),
    record: { forgetTime: 0, last: last && { ...last, outcome: "failed" } },
  });
  await run();
  assert.ok(!restic.commands.some((each) => each.startsWith("forget")));
});

Deno.test("housekeeping() reads nothing where somebody else sees to the repository", async () => {
  const { run, restic } = scene({ record: { check: null }, prune: false });
  await run();
  assert.ok(!restic.commands.some((each) => each.startsWith("check")));
});

Deno.test("housekeeping() forgets nothing good by rule in a server's first week", async () => {
  for (const [days, expected] of [[3, 0], [8, 1]] as const) {
    const { run, restic, system } = scene({ snapshots: daily(40), record: { forgetTime: null } });
    const path = "/home/app/.ppm/lineage.json";
    system.nowMs = NOW - days * DAY_MS;
    system.addFile(path, system.files[path] ?? assert.fail(), 0o600);
    await run();
    assert.equal(restic.commands.filter((each) => each.startsWith("forget --dry-run")).length, expected);
  }
});
