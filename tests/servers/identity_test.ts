/** Which server may write: two that think they are the living one, and repositories that are not what they were. */
import { match, ok, strictEqual } from "node:assert/strict";
import { makeNotes, type Notes } from "./backup_support.ts";
import { bootServer, eitherRelease } from "./server.ts";

async function snapshots(notes: Notes): Promise<number> {
  return JSON.parse((await notes.restic("snapshots", "--json", "--no-lock")).stdout).length;
}

async function lineage(notes: Notes) {
  return JSON.parse(await notes.pet.read(".ppm/lineage.json"));
}

eitherRelease(
  "a server whose application was restored elsewhere is stopped from writing, until it takes over",
  async (release) => {
    await using first = await bootServer({ release });
    const old = await makeNotes(first);
    await using second = await bootServer({ release });
    const living = await makeNotes(second, { path: old.path, backedUp: false });
    await living.done("setup");
    strictEqual((await lineage(living)).counter, (await lineage(old)).counter + 1);
    await living.done("start");
    await living.done("backup");
    await living.idle();

    const before = await snapshots(old);
    const stopped = await old.ppm("backup");
    strictEqual(stopped.code, 8, stopped.stderr);
    match(
      stopped.stderr,
      /Cannot write to the backups of "app": the server "[^"]+" claimed them at 20.* \(claim 2\), after this one \(claim 1\)/,
    );
    match(stopped.stderr, /ppm stop\n.*ppm backup --take-over/);
    strictEqual(await snapshots(old), before, "nothing was written");
    ok(await old.up(), "the application was never stopped");
    strictEqual((await old.ppm("backup", "--housekeeping")).code, 8);
    match((await old.ppm("status")).stdout, /! the last backup failed: Cannot write to the backups/);

    await old.done("backup", "--take-over");
    await old.idle();
    await old.done("backup");
    const other = await living.ppm("backup");
    strictEqual(other.code, 8, other.stderr);
    match(other.stderr, /\(claim 3\), after this one \(claim 2\)/);
  },
);

eitherRelease(
  "a repository that was made anew is not written to, one that was moved is followed",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    const moved = `${notes.path}-moved`;
    await server.run(["mv", notes.path, moved]);
    await server.run(["install", "-d", "-o", "app", "-g", "app", notes.path]);
    await notes.restic("init", "-q");
    await server.run(["chown", "-R", "app:", notes.path]);
    const refused = await notes.ppm("backup");
    strictEqual(refused.code, 8, refused.stderr);
    match(refused.stderr, /it is another repository \(\w{8}\) than the one with this server's backups/);
    strictEqual(await snapshots(notes), 0);
    ok(await notes.up(), "the application was never stopped");

    await notes.pet.configure(`backup:\n  repository: ${moved}\n  passwordfile: .restic-password\n`);
    const { stderr } = await notes.done("backup");
    await notes.idle();
    const { location } = (await lineage(notes)).repository;
    strictEqual(location, moved, stderr);

    await notes.pet.configure(`backup:\n  repository: ${notes.path}\n  passwordfile: .restic-password\n`);
    await notes.done("backup", "--take-over");
    strictEqual((await lineage(notes)).repository.location, notes.path);
  },
);

eitherRelease(
  "a server that has lost who it is does not write, and a claim that was not finished is",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    const known = await lineage(notes);
    await notes.pet.run(["rm", ".ppm/lineage.json"]);
    const refused = await notes.ppm("backup");
    strictEqual(refused.code, 8, refused.stderr);
    match(refused.stderr, /does not know of any claim of its own\n.*ppm backup --take-over/);
    await notes.done("backup", "--take-over");
    await notes.idle();
    const taken = await lineage(notes);
    strictEqual(taken.counter, known.counter + 1);

    const unfinished = { ...taken, counter: taken.counter + 1, lineage: "0123456789abcdef", claimed: false };
    await server.writeFile(".ppm/lineage.json", JSON.stringify(unfinished), { user: "app", mode: 0o600 });
    await notes.done("backup");
    const finished = await lineage(notes);
    strictEqual(finished.claimed, true);
    strictEqual(finished.lineage, unfinished.lineage);
  },
);
