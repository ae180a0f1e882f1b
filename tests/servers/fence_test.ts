/** An application that moves: fenced here, restored there, removed here. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { makeNotes } from "./backup_support.ts";
import { describeMoment, interpose, interrupt, momentsOf, trace } from "./interruptions.ts";
import { isRemoved, isWhole } from "./remove_support.ts";
import { sample } from "./sampling.ts";
import { bootServer, eitherRelease } from "./server.ts";

eitherRelease(
  "ppm backup --fence saves, proves and keeps down whatever would start, complain or upgrade, until ppm start --unfence",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    const { changed, since, snapshot } = JSON.parse((await notes.done("backup", "--fence", "--json")).stdout);
    strictEqual(changed, true);
    strictEqual((await notes.good()).at(-1)?.id.startsWith(snapshot), true, "the newest good snapshot");
    const again = JSON.parse((await notes.done("backup", "--fence", "--json")).stdout);
    deepStrictEqual(again, { changed: false, since, snapshot });
    const saved = await notes.present();
    const good = (await notes.good()).length;

    ok(!await notes.up(), "it runs");
    await notes.start();
    ok(!await notes.up(), "systemctl starts what is fenced");
    for (
      const verb of [["start"], ["restart"], ["setup"], ["restore"], ["rollback"], ["upgrade", "--apply"]]
    ) {
      const ran = await notes.ppm(...verb);
      strictEqual(ran.code, 8, `${verb.join(" ")}: ${ran.stderr}`);
      match(ran.stderr, /it is fenced since 20.*, to move to another server\n[^]*ppm start --unfence/);
    }
    for (const verb of [["backup"], ["backup", "--housekeeping"], ["backup", "--overdue"]]) {
      match((await notes.done(...verb)).stdout, /^Nothing to do: the application is fenced since/);
    }
    for (const unit of ["ppm-backup.service", "ppm-overdue.service", "ppm-recover.service"]) {
      await notes.pet.run(["systemctl", "--user", "start", "--wait", unit]);
    }
    await notes.idle();
    strictEqual((await notes.pet.run(["systemctl", "--user", "--failed", "--no-legend"])).stdout, "");
    strictEqual((await notes.good()).length, good, "another backup");
    const status = await notes.ppm("status");
    strictEqual(status.code, 3);
    match(status.stdout, /state +fenced, to move to another server, since .*; snapshot [0-9a-f]{8}/);
    strictEqual(JSON.parse((await notes.ppm("status", "--json")).stdout).fence.since, since);
    const [listed] = JSON.parse((await server.run(["ppm", "list", "--json"])).stdout).applications;
    strictEqual(listed.times.fenced, since);
    match((await server.run(["ppm", "list"])).stdout, /fenced/);

    await server.powerCut();
    await server.boot();
    await notes.idle();
    ok(!await notes.up(5), "a boot starts what is fenced");
    strictEqual(await notes.digest(), saved);
    await notes.pet.run(["rm", ".ppm/hold"]);
    await notes.done("recover");
    await notes.pet.run(["sh", "-c", "ppm setup; true"]);
    ok(await notes.exists(".ppm/hold"), "the hold comes back with whoever comes next");

    await server.run(["mv", notes.path, `${notes.path}.away`]);
    const unclear = await notes.ppm("start", "--unfence");
    strictEqual(unclear.code, 6, unclear.stderr);
    await server.run(["mv", `${notes.path}.away`, notes.path]);
    await notes.done("start", "--unfence");
    await isWhole(notes);
    const [free] = JSON.parse((await server.run(["ppm", "list", "--json"])).stdout).applications;
    strictEqual(free.times.fenced, null);
    await notes.done("backup");
  },
);

eitherRelease(
  "an application that was fenced and restored elsewhere cannot start here again, and is removed without another backup",
  async (release) => {
    await using first = await bootServer({ release, name: "first" });
    const old = await makeNotes(first);
    await old.done("backup", "--fence");
    const data = await old.present();
    await using second = await bootServer({ release, name: "second" });
    const living = await makeNotes(second, { path: old.path, backedUp: false });
    await living.done("setup");
    await living.done("start");
    strictEqual(await living.digest(), data);

    const refused = await old.ppm("start", "--unfence");
    strictEqual(refused.code, 8, refused.stderr);
    match(refused.stderr, /Cannot start "notes" here: the server "[^"]+" claimed them at 20[^]*ppm remove\n/);
    match(
      (await old.done("remove", "--data", "--dry-run")).stdout,
      /^take the snapshot [0-9a-f]{8} for the last one/,
    );
    const good = (await living.good()).length;
    match(
      (await old.done("remove", "--data")).stderr,
      /No backup is needed: the server "[^"]+" claimed them/,
    );
    await isRemoved(old, { data: false });
    strictEqual((await living.good()).length, good, "another backup");
    ok(await living.up(), "the living one is left alone");
    await living.done("backup");
  },
);

eitherRelease(
  "ppm remove of an application that was never fenced and lives elsewhere is refused",
  async (release) => {
    await using first = await bootServer({ release, name: "first" });
    const old = await makeNotes(first);
    await using second = await bootServer({ release, name: "second" });
    const living = await makeNotes(second, { path: old.path, backedUp: false });
    await living.done("setup");
    const ran = await old.ppm("remove", "--data");
    strictEqual(ran.code, 8, ran.stderr);
    match(ran.stderr, /without a proven backup\. Cannot write to the backups of "app": the server/);
    await isWhole(old);
  },
);

eitherRelease(
  "ppm backup --fence that is killed at any moment leaves the application running, or fenced over a good snapshot",
  async (release, t) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server, { dear: true });
    await interpose(notes, { programs: ["restic", "systemctl", "podman"] });
    const moments = momentsOf(await trace(notes, ["backup", "--fence"]));
    await notes.done("start", "--unfence");
    for (const [at, moment] of sample(moments, 4, `${release} fence`).entries()) {
      const fault = at % 2 === 0 ? "kill ppm" : "power cut";
      await t.step(`${fault} ${describeMoment(moment)}`, async () => {
        const good = (await notes.good()).length;
        await interrupt(notes, ["backup", "--fence"], { moment, fault });
        await notes.idle();
        const fenced = await notes.exists(".ppm/fence.json");
        strictEqual(await notes.up(fenced ? 0 : 60), !fenced);
        if (fenced) ok((await notes.good()).length > good, "fenced without a snapshot");
        await notes.done("backup", "--fence");
        ok(!await notes.up(), "it runs");
        await notes.done("start", "--unfence");
        await isWhole(notes);
      });
    }
  },
);
