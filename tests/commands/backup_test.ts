import assert from "node:assert/strict";
import { type LastRun, NO_BACKUPS } from "../../src/backup/record.ts";
import { aPolicy } from "../support/backup.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest, shown } from "../support/manifest.ts";
import { runPpm } from "../support/run_ppm.ts";

const POLICY = aPolicy({ keep: "all", maxAgeMs: null });

const RECORD = "/home/app/.ppm/backup.json";
const REQUEST = "/home/app/.ppm/request.json";

type Properties = Record<string, string>;

const IDLE = { ActiveState: "inactive", InvocationID: "before" };
const AT_WORK = { ActiveState: "active", InvocationID: "this" };
const ENDED = { ActiveState: "inactive", InvocationID: "this" };

interface UnitStory {
  /** How the unit is, at one look after another; the last one stays. */
  readonly looks: readonly Properties[];
  /** What the run records once it is seen at work. */
  readonly run?: Partial<LastRun>;
}

/** A machine with a unit that makes backups. */
function aMachine({ looks, run }: UnitStory): FakeSystem {
  const remaining = [...looks];
  const system = new FakeSystem({
    files: { "/home/app/.ppm/manifest.json": JSON.stringify(aManifest({ backup: POLICY })) },
  });
  system.program("journalctl", () => ({ stdout: "it was dark\n" }));
  return system.program("systemctl", (args) => {
    if (!args.includes("show")) return {};
    const look = (remaining.length > 1 ? remaining.shift() : remaining[0]) ?? {};
    if (look.InvocationID === "this" && run !== undefined) {
      const last = {
        time: 0,
        invocation: "this",
        outcome: "done",
        kind: "good",
        snapshot: "abc",
        message: "Saved",
        hint: null,
        ...run,
      };
      system.addFile(RECORD, JSON.stringify({ ...NO_BACKUPS, last }));
    }
    return { stdout: shown({ "ppm-backup.service": look }) };
  });
}

function starts(system: FakeSystem): number {
  return system.commands.filter((line) => line.includes("start -- ppm-backup.service")).length;
}

Deno.test("ppm backup starts the unit, follows it, and says what it has recorded", async () => {
  const system = aMachine({ looks: [IDLE, AT_WORK, AT_WORK, ENDED], run: {} });
  const { code, stdout, stderr } = await runPpm("backup", { system });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "Saved\n");
  assert.equal(starts(system), 1);
});

Deno.test("ppm backup shows the words of the run that it follows, and of no other", async () => {
  const system = aMachine({ looks: [IDLE, AT_WORK, ENDED], run: {} });
  const progress = { version: 1, invocation: "this", text: "Saving it all", pass: null, passMs: 0 };
  system.addFile("/run/user/1000/ppm/backup.json", JSON.stringify(progress));
  assert.match((await runPpm("backup", { system })).stderr, /^Saving it all$/m);
  const other = aMachine({ looks: [IDLE, AT_WORK, ENDED], run: {} });
  other.addFile("/run/user/1000/ppm/backup.json", JSON.stringify({ ...progress, invocation: "other" }));
  assert.doesNotMatch((await runPpm("backup", { system: other })).stderr, /Saving it all/);
});

Deno.test("ppm backup fails as the unit's run did, with its words, hint and exit code", async () => {
  const run = { outcome: "refused", kind: null, snapshot: null, message: "Cannot", hint: "Do this" } as const;
  const system = aMachine({ looks: [IDLE, AT_WORK, { ...ENDED, ActiveState: "failed" }], run });
  const { code, stderr } = await runPpm("backup", { system });
  assert.equal(code, 8);
  assert.match(stderr, /error: Cannot\nhint: Do this\n$/);
});

Deno.test("ppm backup follows a run that is going on, and starts none beside it", async () => {
  const system = aMachine({ looks: [AT_WORK, AT_WORK, ENDED], run: {} });
  const { code, stderr } = await runPpm("backup", { system });
  assert.equal(code, 0);
  assert.match(stderr, /being made already/);
  assert.equal(starts(system), 0);
});

Deno.test("ppm backup says what systemd knows of a run that recorded nothing", async () => {
  const killed = { ...ENDED, ActiveState: "failed", Result: "watchdog" };
  const { code, stderr } = await runPpm("backup", { system: aMachine({ looks: [IDLE, AT_WORK, killed] }) });
  assert.equal(code, 6);
  assert.match(stderr, /ended without a result: it hung.*\n {4}it was dark\nhint: /);
  const locked = { ...ENDED, ActiveState: "failed", Result: "exit-code", ExecMainStatus: "5" };
  assert.equal((await runPpm("backup", { system: aMachine({ looks: [IDLE, AT_WORK, locked] }) })).code, 5);
  const stopped = { ...locked, ExecMainCode: "2", ExecMainStatus: "2" }; // by SIGINT
  const outcome = await runPpm("backup", { system: aMachine({ looks: [IDLE, AT_WORK, stopped] }) });
  assert.equal(outcome.code, 6);
  assert.match(outcome.stderr, /ended without a result: it was stopped\n/);
});

Deno.test("ppm backup takes no earlier run's record for this one's", async () => {
  const run = { invocation: "yesterday" };
  const killed = { ...ENDED, ActiveState: "failed", Result: "signal" };
  const { code, stdout } = await runPpm("backup", {
    system: aMachine({ looks: [IDLE, AT_WORK, killed], run }),
  });
  assert.equal(code, 6);
  assert.equal(stdout, "");
});

Deno.test("ppm backup --accept leaves word for the unit, and not while another run is at work", async () => {
  const system = aMachine({ looks: [IDLE, AT_WORK, ENDED], run: {} });
  await runPpm("backup --accept", { system });
  const { accept, takeOver } = JSON.parse(system.files[REQUEST] ?? "{}");
  assert.deepEqual({ accept, takeOver }, { accept: true, takeOver: false });
  const busy = aMachine({ looks: [AT_WORK] });
  assert.equal((await runPpm("backup --take-over", { system: busy })).code, 5);
  assert.equal(busy.files[REQUEST], undefined);
});

Deno.test("ppm backup --json prints the run, also one that failed", async () => {
  const run = { outcome: "backup", kind: "suspect", message: "Saved as suspect" } as const;
  const { code, stdout } = await runPpm("backup --json", {
    system: aMachine({ looks: [IDLE, AT_WORK, ENDED], run }),
  });
  assert.equal(code, 6);
  assert.equal(JSON.parse(stdout).kind, "suspect");
  assert.equal(JSON.parse(stdout).time, "1970-01-01T00:00:00.000Z");
});

Deno.test("ppm backup says what to do where nothing was set up, or nothing is to be backed up", async () => {
  const bare = await runPpm("backup");
  assert.equal(bare.code, 1);
  assert.match(bare.stderr, /ppm setup/);
  const none = new FakeSystem({ files: { "/home/app/.ppm/manifest.json": JSON.stringify(aManifest()) } });
  const { code, stderr } = await runPpm("backup", { system: none });
  assert.equal(code, 2);
  assert.match(stderr, /backups_none/);
});

Deno.test("ppm backup takes one way at a time", async () => {
  assert.equal((await runPpm("backup --foreground --overdue")).code, 2);
});
