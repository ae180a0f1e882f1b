/** `ppm backup` on real servers that hangs while the application is stopped, that has lost its unit file, or that finds the application stopped. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { makeNotes, type Notes } from "./backup_support.ts";
import { type Fault, interpose, interrupt, type Moment, trace } from "./interruptions.ts";
import { bootServer, eitherRelease, RELEASES, type Server } from "./server.ts";

/** Returns the number of the call in the pass that runs while the application is stopped: restic's after the stop. */
function stoppedPass(calls: readonly string[]): number {
  const stop = calls.findIndex((call) => / stop .*notes\.service/.test(call));
  ok(stop >= 0, `the application was not stopped: ${calls.join("; ")}`);
  return calls.findIndex((call, at) => at > stop && call.startsWith("restic")) + 1;
}

/** Lets restic, or ppm, stand still while the application is stopped. */
async function hangs(server: Server, fault: Fault): Promise<void> {
  const notes = await makeNotes(server, { dear: true });
  await interpose(notes);
  await notes.change();
  const call = stoppedPass((await trace(notes, ["backup"])).calls);
  await notes.change();
  const before = await notes.standing();
  const moment: Moment = { call, when: "during 0.3", what: "the pass" };
  const running = interrupt(notes, ["backup"], { moment, fault });
  // From here on the application is down.
  await server.run(["sh", "-c", "until grep -q reached /srv/fault/reached; do sleep .1; done"]);
  const started = performance.now();
  while (!await notes.up(1)) {
    ok(performance.now() - started < 75_000, `${fault}: the application is down for more than a minute`);
  }
  const { code, stderr } = await running;
  ok(code !== 0, `${fault}: success is said of it`);
  ok(!stderr.includes("bug in ppm"), stderr);
  await notes.idle();
  strictEqual((await server.run(["pgrep", "-ax", "restic"], { check: false })).stdout, "", fault);
  ok(await notes.up(), fault);
  await notes.done("backup");
  await notes.idle();
  deepStrictEqual(await notes.broken(before), [], fault);
}

// Four servers wait at the same time for what takes a minute.
Deno.test("ppm backup that hangs, or whose restic hangs, has the application up again within a minute", async () => {
  const cases = RELEASES.flatMap((release) =>
    (["stop restic", "stop ppm"] as const).map((fault) => ({ release, fault }))
  );
  await Promise.all(cases.map(async ({ release, fault }) => {
    await using server = await bootServer({ release });
    await hangs(server, fault);
  }));
});

eitherRelease(
  "ppm backup that is killed leaves stopped what an administrator had stopped, and is recovered without its unit file",
  async (release, t) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server, { dear: true });
    await interpose(notes);
    await notes.change();
    const { calls } = await trace(notes, ["backup"]);
    await t.step("the unit file is gone", () => withoutUnitFile(notes, stoppedPass(calls)));
    await t.step("the application is stopped", () => whileStopped(notes, calls));
  },
);

async function withoutUnitFile(notes: Notes, call: number): Promise<void> {
  await notes.change();
  const before = await notes.standing();
  const running = interrupt(notes, ["backup"], {
    moment: { call, when: "during 0.3", what: "the pass" },
    fault: "stop restic",
  });
  await notes.server.run(["sh", "-c", "until grep -q reached /srv/fault/reached; do sleep .1; done"]);
  const script =
    `unit=~/.config/systemd/user/ppm-backup.service; mv $unit /tmp/; systemctl --user daemon-reload
    systemctl --user kill --signal=KILL ppm-backup.service; sleep 1; mv /tmp/ppm-backup.service $unit; systemctl --user daemon-reload`;
  await notes.pet.run(["sh", "-c", script]);
  // The recover timer is what is left; the contract gives it a minute, as any other way.
  ok(await notes.up(60), "the application stays down");
  await running;
  await notes.idle();
  await notes.done("backup");
  await notes.idle();
  deepStrictEqual(await notes.broken(before), []);
}

async function whileStopped(notes: Notes, calls: readonly string[]): Promise<void> {
  await notes.done("stop");
  const moment: Moment = {
    call: calls.findIndex((call) => call.startsWith("restic backup") || / backup /.test(call)) + 1,
    when: "during 0.3",
    what: "a pass",
  };
  await notes.change();
  const before = await notes.standing();
  await interrupt(notes, ["backup"], { moment, fault: "kill cgroup" });
  await notes.idle();
  ok(!await notes.up(), "it was started");
  await notes.done("backup");
  await notes.idle();
  ok(!await notes.up(), "the plain backup started it");
  deepStrictEqual(await notes.broken(before), []);
}
