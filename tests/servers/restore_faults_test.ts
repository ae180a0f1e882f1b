/**
 * `ppm setup` that brings lost data back, and `ppm restore` over data that stands, struck at any moment: `data/` is absent, the old or the whole
 * new one; the plain next run ends where an undisturbed one ends; and what is left over, `ppm clean` names.
 */
import { ok, strictEqual } from "node:assert/strict";
import { type MakeNotes, makeNotes, type Notes } from "./backup_support.ts";
import {
  describeMoment,
  type Fault,
  interpose,
  interrupt,
  type Moment,
  momentsOf,
  trace,
} from "./interruptions.ts";
import { converges, type Way, ways } from "./restore_ways.ts";
import { sample } from "./sampling.ts";
import { bootServer, eitherRelease, type Release } from "./server.ts";

const FAULTS: readonly Fault[] = ["kill ppm", "kill restic", "power cut"];

/** Strikes at a call or a time; returns whether the moment came before the end. */
async function strikeOnce(
  notes: Notes,
  way: Way,
  { moment, fault }: { moment: Moment; fault: Fault },
): Promise<boolean> {
  const before = await way.prepare(notes);
  const { struck, code, stdout, stderr } = await interrupt(notes, way.args, { moment, fault });
  ok(!/bug in ppm|\n +at /.test(stdout + stderr), stderr);
  if (code === 0) {
    strictEqual(await notes.digest(), before.data.at(-1), "success is said of a restore that is not there");
  }
  await converges(notes, way, before);
  return struck;
}

async function strikeRestores(
  release: Release,
  t: Deno.TestContext,
  { verb, count, ...options }: MakeNotes & { readonly verb: "setup" | "restore"; readonly count: number },
): Promise<void> {
  await using server = await bootServer({ release });
  const notes = await makeNotes(server, { ...options, dear: true });
  const way = (await ways(notes))[verb];
  await interpose(notes);
  await way.prepare(notes);
  const moments = momentsOf(await trace(notes, way.args));
  ok(moments.length >= 30, `only ${moments.length} moments`);
  let struck = 0;
  const chosen = sample(moments, count, `${release} ${verb} ${options.container}`);
  for (const [at, moment] of chosen.entries()) {
    const fault = FAULTS[at % FAULTS.length] ?? "kill ppm";
    await t.step(`${fault} ${describeMoment(moment)}`, async () => {
      if (await strikeOnce(notes, way, { moment, fault })) struck++;
    });
  }
  ok(struck >= chosen.length / 4, `only ${struck} of ${chosen.length} were struck`); // later ones may come too late
}

eitherRelease(
  "ppm setup that is killed at any moment while it restores leaves no half data/, and is finished by the next one",
  (release, t) => strikeRestores(release, t, { verb: "setup", count: 4 }),
);

eitherRelease(
  "ppm restore that is killed at any moment leaves the old data/ or the new one, and is finished by the next one",
  (release, t) => strikeRestores(release, t, { verb: "restore", count: 4 }),
);

eitherRelease(
  "ppm setup that is killed while it restores a container's data gives everything back to its owner in the end",
  (release, t) => strikeRestores(release, t, { verb: "setup", count: 1, container: true }),
);
