/**
 * `ppm backup` on real servers, struck at any moment: killed alone, with its unit, by the power; or left hanging. Afterwards the application is up
 * within a minute, no snapshot counts as good that is not whole, no good one is gone, and a plain `ppm backup` succeeds.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type MakeNotes, makeNotes, type Notes } from "./backup_support.ts";
import { sample } from "./sampling.ts";
import {
  describeMoment,
  type Fault,
  interpose,
  interrupt,
  type Moment,
  momentsOf,
  trace,
} from "./interruptions.ts";
import { bootServer, eachRelease, type Release, RELEASES, type Server } from "./server.ts";

const FAULTS: readonly Fault[] = ["kill ppm", "kill restic", "kill unit", "kill cgroup", "power cut"];

/** Strikes one backup of changed data and sees what must hold then; returns whether the moment came before the end. */
async function survives(notes: Notes, moment: Moment, fault: Fault): Promise<boolean> {
  await notes.change();
  const before = await notes.standing();
  const { struck, code, stdout, stderr } = await interrupt(notes, ["backup"], { moment, fault });
  ok(await notes.up(60), `the application is down a minute later: ${stderr}`);
  ok(!/bug in ppm|\n +at /.test(stdout + stderr), stderr);
  await notes.idle();
  ok(await notes.up(), "the application went down again");
  if (code === 0) {
    ok((await notes.good()).length > before.good.length, "success is said of a backup that is not there");
  }
  const survivors = await notes.server.run(["pgrep", "-ax", "restic"], { check: false });
  strictEqual(survivors.stdout, "", "a restic lives on");
  await notes.done("backup");
  await notes.idle();
  ok(await notes.up(), "the application is down after the next backup");
  deepStrictEqual(await notes.broken(before), []);
  ok((await notes.good()).length > before.good.length, "the next backup made no good snapshot");
  return struck;
}

async function strikeBackups(
  release: Release,
  t: Deno.TestContext,
  { count, ...options }: MakeNotes & { readonly count: number },
): Promise<void> {
  await using server = await bootServer({ release });
  const notes = await makeNotes(server, options);
  await interpose(notes);
  await notes.change();
  const moments = momentsOf(await trace(notes, ["backup"]));
  ok(moments.length >= 30, `only ${moments.length} moments`);
  let struck = 0;
  const chosen = sample(moments, count, `${release} ${options.container}`);
  for (const [at, moment] of chosen.entries()) {
    const fault = FAULTS[at % FAULTS.length] ?? "kill ppm";
    await t.step(`${fault} ${describeMoment(moment)}`, async () => {
      if (await survives(notes, moment, fault)) struck++;
    });
  }
  ok(struck >= chosen.length / 4, `only ${struck} of ${chosen.length} were struck`); // later ones may come too late
}

eachRelease(
  "ppm backup that is killed at any moment leaves a running application and whole snapshots",
  (release, t) => strikeBackups(release, t, { count: 7 }),
);

eachRelease(
  "ppm backup of a container's data that is killed at any moment leaves a running application and whole snapshots",
  (release, t) => strikeBackups(release, t, { count: 2, container: true }),
);

/** Returns the number of the call in the pass that runs while the application is stopped: restic's after the stop. */
function stoppedPass(calls: readonly string[]): number {
  const stop = calls.findIndex((call) => / stop .*notes\.service/.test(call));
  ok(stop >= 0, `the application was not stopped: ${calls.join("; ")}`);
  return calls.findIndex((call, at) => at > stop && call.startsWith("restic")) + 1;
}

/** Lets restic, or ppm, stand still while the application is stopped. */
async function hangs(server: Server, fault: Fault): Promise<void> {
  const notes = await makeNotes(server);
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

eachRelease(
  "ppm backup that is killed leaves stopped what an administrator had stopped, and is recovered without its unit file",
  async (release, t) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
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
