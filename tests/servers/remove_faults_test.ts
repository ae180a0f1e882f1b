/** `ppm remove --data` that is struck at any moment: data/ is whole or gone with a proven snapshot behind it, and the next one ends where an undisturbed one does. */
import { ok, strictEqual } from "node:assert/strict";
import { makeNotes, type Notes } from "./backup_support.ts";
import { describeMoment, type Fault, interpose, interrupt, momentsOf, trace } from "./interruptions.ts";
import { isRemoved, isWhole } from "./remove_support.ts";
import { sample } from "./sampling.ts";
import { bootServer, eitherRelease } from "./server.ts";

const FAULTS: readonly Fault[] = ["kill ppm", "power cut", "kill ppm", "kill restic"];
const REMOVE = ["remove", "--data"];

/** Brings the application back and changes its data; returns what it is then. */
async function prepare(notes: Notes): Promise<string> {
  await notes.done("setup");
  await notes.change();
  await notes.done("start");
  await notes.idle();
  return await notes.present();
}

/** What must hold wherever it was struck. */
async function isSafe(notes: Notes, data: string, good: number): Promise<void> {
  await notes.idle();
  const found = await notes.digest();
  const fenced = await notes.exists(".ppm/fence.json");
  if (found === undefined) ok(!await notes.exists("data"), "data/ stands, but not whole");
  else strictEqual(found, data, "the data is another");
  if (fenced || found === undefined) {
    ok((await notes.good()).length > good, "something is removed that no snapshot holds");
    ok(!await notes.up(), "what is being removed runs");
    strictEqual((await notes.ppm("setup")).code, fenced ? 8 : 0, "setup in the middle of a removal");
  } else {
    ok(await notes.up(60), "nothing was removed, and the application is down a minute later");
    await isWhole(notes);
  }
}

eitherRelease(
  "ppm remove --data that is killed at any moment loses nothing, and is finished by the next one",
  async (release, t) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server, { dear: true });
    await interpose(notes, {
      programs: ["restic", "systemctl", "podman"],
      verbs: ["start", "stop", "disable", "daemon-reload", "reset-failed"],
    });
    const moments = momentsOf(await trace(notes, REMOVE));
    ok(moments.length >= 30, `only ${moments.length} moments`);
    const early = sample(moments, 4, `${release} remove`);
    // What comes after the proof is over soon: chance would miss it.
    const late = moments.filter((each) =>
      "what" in each && /disable|reload|reset-failed|data\.removed/.test(each.what)
    );
    ok(late.length >= 6, `only ${late.length} moments after the fence`);
    const chosen = [...early, ...sample(late, 4, `${release} remove late`)];
    let struck = 0;
    for (const [at, moment] of chosen.entries()) {
      const fault = FAULTS[at % FAULTS.length] ?? "kill ppm";
      await t.step(`${fault} ${describeMoment(moment)}`, async () => {
        const data = await prepare(notes);
        const good = (await notes.good()).length;
        const ran = await interrupt(notes, REMOVE, { moment, fault });
        ok(!/bug in ppm|\n +at /.test(ran.stdout + ran.stderr), ran.stderr);
        if (ran.struck) struck++;
        if (ran.code !== 0) await isSafe(notes, data, good);
        await notes.done(...REMOVE);
        await isRemoved(notes, { data: false });
        ok((await notes.good()).length > good, "it was not saved");
      });
    }
    ok(struck >= 5, `only ${struck} of ${chosen.length} were struck`);
  },
);
