/**
 * `ppm backup` on real servers, struck at any moment: killed alone, with its unit, by the power. Afterwards the application is up
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
import { bootServer, eitherRelease, type Release } from "./server.ts";

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
  const notes = await makeNotes(server, { ...options, dear: true });
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

eitherRelease(
  "ppm backup that is killed at any moment leaves a running application and whole snapshots",
  (release, t) => strikeBackups(release, t, { count: 7 }),
);

eitherRelease(
  "ppm backup of a container's data that is killed at any moment leaves a running application and whole snapshots",
  (release, t) => strikeBackups(release, t, { count: 2, container: true }),
);
